import { expect, test } from "vitest";
import { openDatabase } from "@/lib/db";
import { createBooks, keepLease } from "@/lib/ledger";
import { aLedger, aReserve, aSettle, aWallet, cr } from "../../support/a-ledger";
import { until } from "../../support/until";

const REQUESTS = 3_000;
const IN_FLIGHT = 50;
/** Enough that a plan which reads them all for a request shows. */
const WALLETS = 1_000;
/** Of each table, a request's own rows are read a few times: by its reserve, its end, and the locks of both. */
const ROWS_PER_REQUEST_MAX = 12;
/** More would wait too long for a connection where the server is busy. */
const AT_ONCE = 5;

test("a connection that began on empty tables reads a request's own rows and no others", async () => {
  const ledger = await aLedger();
  const gateway = openDatabase(ledger.home.url, 1);
  const lease = await keepLease(gateway.pool, "plans");
  const books = createBooks(gateway.pool, lease);
  const serve = async (wallet: bigint): Promise<void> => {
    const request = aReserve(wallet, cr(1));
    expect((await books.reserve(request)).outcome).toBe("held");
    await books.settle(aSettle(request.hold, cr(1)));
  };
  await serve(await aWallet(ledger, { purchased: cr(1) })); // plans are made here
  const wallets: bigint[] = [];
  const open = async (): Promise<void> => {
    while (wallets.length < WALLETS) wallets.push(await aWallet(ledger, { purchased: cr(REQUESTS) }));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, open));
  let left = REQUESTS;
  const client = async (): Promise<void> => {
    while (left-- > 0) await serve(wallets[left % WALLETS] ?? 0n);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  await lease.close();
  await gateway.close(); // a connection tells its counts at the latest when it ends

  const readRows = async (): Promise<Map<string, number>> => {
    const { rows } = await ledger.database.pool.query<{ table: string; made: number; read: number }>(
      `select relname as "table", n_tup_ins::int as made, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
       from pg_stat_user_tables where schemaname = 'books' and relname in ('hold', 'attempt', 'wallet', 'lot')`,
    );
    const made = rows.find(({ table }) => table === "hold")?.made ?? 0;
    return made < REQUESTS ? new Map() : new Map(rows.map(({ table, read }) => [table, read / REQUESTS]));
  };
  await until(async () => (await readRows()).size > 0, "the counts are told", 30_000);
  for (const [table, rows] of await readRows()) expect(rows, table).toBeLessThan(ROWS_PER_REQUEST_MAX);
  await ledger.close();
}, 120_000);
