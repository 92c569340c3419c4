import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import { createBooks, keepLease, verifyLedger } from "@/lib/ledger";
import { vault } from "@/lib/vault";
import { probePoolKeysLoop } from "@/workers/jobs/key-jobs";
import { foldAttemptsLoop, reapHoldsLoop } from "@/workers/jobs/ledger-jobs";
import { aReserve, cr } from "@/tests/support/a-ledger";
import { rawPool } from "@/tests/support/database";
import { aLog } from "@/tests/support/log";
import { aSandbox } from "@/tests/support/sandbox";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";
import { until } from "@/tests/support/until";

const sandbox = aSandbox();
let home: SuppliedLedger;
let owner: pg.Pool;
let told = aLog();
beforeAll(async () => {
  home = await aSuppliedLedger();
  owner = rawPool(home.home.ownerUrl, 1);
});
beforeEach(() => {
  told = aLog();
});
afterEach(() => owner.query("drop trigger if exists broken on public.pool_key"));
afterAll(async () => {
  await owner.end();
  await home.close();
});

const context = () => ({ database: home.database, log: told.log });
const alerts = (name: string): string[] => told.lines.flatMap(({ alert, id }) => (alert === name ? [String(id)] : []));

/** Makes a key one whose row can't be written. */
async function breakKey(id: Uuid): Promise<void> {
  await owner.query(`
    create or replace function public.refuse_row() returns trigger language plpgsql as
      $$ begin raise exception 'the row is broken'; end $$;
    drop trigger if exists broken on public.pool_key;
    create trigger broken before update on public.pool_key for each row
      when (old.id = '${id}') execute function public.refuse_row()`);
}

/** What is wrong with the ledger; these requests name no card that there is. */
async function violations(): Promise<unknown[]> {
  const found = (await verifyLedger(home.database)).violations;
  return found.filter(({ invariant }) => invariant !== "card-unchanged");
}

describe("one bad row", () => {
  test("doesn't keep other keys' costs from being folded: it is set aside, told of, and folded once it is mended", async () => {
    const [good, bad, other] = [await home.addKey(), await home.addKey(), await home.addKey()];
    for (const key of [good, bad, other]) await home.settleOn(key, 10n);
    await breakKey(bad);
    const loop = foldAttemptsLoop(context(), 200);
    await loop.runOnce();
    const costs = () => Promise.all([good, bad, other].map(async (key) => (await home.keyRow(key)).cost));
    expect(await costs()).toEqual([10n, 0n, 10n]);
    expect(alerts("attempts_set_aside")).toEqual([bad]);
    // What comes while it is set aside isn't kept waiting either.
    await home.settleOn(good, 5n);
    await loop.runOnce();
    expect(await costs()).toEqual([15n, 0n, 10n]);
    expect(await violations()).toEqual([]);
    await owner.query("drop trigger broken on public.pool_key");
    await until(async () => {
      await loop.runOnce();
      return (await home.keyRow(bad)).cost === 10n;
    }, "it is folded");
    expect(await violations()).toEqual([]);
  });

  test("doesn't keep the holds of a dead gateway from being ended", async () => {
    const lease = await keepLease(home.database.pool, "doomed", { renewMs: 600_000 });
    const books = createBooks(home.database.pool, lease);
    const poolKey = await home.addKey();
    const holds: Uuid[] = [];
    for (let made = 0; made < 3; made++) {
      const reserve = aReserve(home.wallet, cr(1), { poolKey });
      await books.reserve(reserve);
      holds.push(reserve.hold);
    }
    const [bad = ""] = holds;
    await owner.query('update books.hold set draft = (draft::jsonb || \'{"cost_card": "none"}\')::json where id = $1', [
      bad,
    ]);
    await lease.close();
    const loop = reapHoldsLoop(context());
    await loop.runOnce();
    const { rows } = await owner.query<{ id: string }>(
      "select id from books.hold where closed_at is null and id = any($1)",
      [holds],
    );
    expect(rows.map(({ id }) => id)).toEqual([bad]);
    expect(alerts("hold_set_aside")).toEqual([bad]);
    await loop.runOnce();
    expect(alerts("hold_set_aside")).toHaveLength(1);
    await owner.query("update books.hold set draft = (draft::jsonb || '{\"cost_card\": null}')::json where id = $1", [
      bad,
    ]);
    await reapHoldsLoop(context()).runOnce();
    const open = await owner.query("select 1 from books.hold where closed_at is null and id = any($1)", [holds]);
    expect(open.rowCount).toBe(0);
  });

  test("doesn't keep other keys from being probed: one that doesn't open, and one that can't be written", async () => {
    const keys = [await home.addKey(), await home.addKey(), await home.addKey()] as const;
    const [good, sealed, stuck] = keys;
    await owner.query(
      "update pool_key set state = 'quarantined', cooling_until = now(), checked_at = null where id = any($1)",
      [keys],
    );
    await owner.query("update pool_key set ciphertext = '\\x00' where id = $1", [sealed]);
    await breakKey(stuck);
    const loop = probePoolKeysLoop({
      ...context(),
      vault: vault(),
      providerBaseUrls: new Map([["openai", `${sandbox.url()}/openai/v1`]]),
    });
    await loop.runOnce();
    const checked = await owner.query<{ id: string }>(
      "select id from pool_key where id = any($1) and checked_at is not null",
      [keys],
    );
    expect(checked.rows.map(({ id }) => id)).toEqual([good]);
    expect(alerts("pool_key_not_probed").toSorted()).toEqual([sealed, stuck].toSorted());
  });
});
