import type { Ctx } from "@/lib/ctx";
import { systemCtx } from "@/lib/ctx";
import { type Database, openDatabase } from "@/lib/db";
import { newUuid, type Uuid } from "@/lib/ids";
import {
  type Books,
  createBooks,
  creditWallet,
  keepLease,
  type Lease,
  type Reserve,
  type Settle,
  type UsageEnd,
} from "@/lib/ledger";
import { type Micros, micros, nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { testDatabase, type TestDatabase } from "./database";

/** Whole credits in microcredits. */
export const cr = (credits: number): Micros => micros(BigInt(Math.round(credits * 1_000_000)));

/** The ledger on a database of its own, with the verbs of the hot path. */
export type LedgerFixture = {
  home: TestDatabase;
  database: Database;
  lease: Lease;
  books: Books;
  ctx: Ctx;
  close(): Promise<void>;
};

/** Open a fresh ledger as the application's role. */
export async function aLedger(): Promise<LedgerFixture> {
  const home = await testDatabase();
  const database = openDatabase(home.url, 5);
  const lease = await keepLease(database.pool, "test");
  return {
    home,
    database,
    lease,
    books: createBooks(database.pool, lease),
    ctx: systemCtx("test", nowMs()),
    async close() {
      await lease.close();
      await database.close();
      await home.drop();
    },
  };
}

/** A wallet with so much of each source, each its own lot where the source has lots. */
export async function aWallet(
  ledger: LedgerFixture,
  has: {
    promo?: Micros;
    referral?: Micros;
    purchased?: Micros;
    vested?: Micros;
    unvested?: Micros;
    expiresMs?: number;
  },
): Promise<bigint> {
  const { rows } = await ledger.database.pool.query<{ wallet: bigint }>("select books.open_wallet() as wallet");
  const wallet = rows[0]?.wallet ?? 0n;
  return ledger.database.inTransaction(async (tx) => {
    for (const source of ["promo", "referral", "purchased", "vested", "unvested"] as const) {
      const amountMicros = has[source];
      if (!amountMicros) continue;
      await creditWallet(tx, ledger.ctx, {
        ...aPosting(wallet, "grant"),
        source,
        amountMicros,
        paidNanos: source === "purchased" ? nanos(amountMicros * 10n) : undefined,
        expiresMs: source === "promo" ? (has.expiresMs ?? null) : null,
      });
    }
    return wallet;
  });
}

/** What a posting says beside its amounts, with a key of its own. */
export function aPosting<Kind extends string>(wallet: bigint, kind: Kind) {
  const transfer = newUuid(nowMs());
  return { scope: "test", key: transfer, requestHash: Buffer.from("test"), transfer, kind, wallet };
}

/** A reservation of a small chat request. */
export function aReserve(wallet: bigint, amountMicros: Micros, more: Partial<Reserve> = {}): Reserve {
  const arrivedMs = nowMs();
  return {
    hold: newUuid(arrivedMs),
    wallet,
    apiKey: KEY,
    amountMicros,
    legs: [],
    arrivedMs,
    draft: {
      protocol: "openai",
      mode: "token",
      model: "gpt-4",
      provider: "openai",
      upstreamModel: "gpt-4",
      channel: "openai",
      keyOwner: null,
      priceCard: 1n,
      costCard: 2n,
      inputTokens: 1_000,
      streamed: false,
    },
    poolKey: POOL_KEY,
    ...more,
  };
}

const KEY = newUuid(1) as Uuid;
const POOL_KEY = newUuid(2) as Uuid;

/** How a request ended, for its usage record. */
export function anEnd(more: Partial<UsageEnd> = {}): UsageEnd {
  return {
    channel: "openai",
    poolKey: POOL_KEY,
    keyOwner: null,
    upstreamModel: "gpt-4",
    meters: { input_tokens: 1_000, output_tokens: 500 },
    multipliers: [],
    breakdown: [],
    costBreakdown: [],
    attempts: [],
    requests: 1,
    estimated: false,
    lost: false,
    status: "ok",
    httpStatus: 200,
    errorCode: null,
    latencyMs: 120,
    ttftMs: 20,
    ...more,
  };
}

/** The settlement of a hold at a charge. */
export function aSettle(hold: Uuid, chargeMicros: Micros, more: Partial<Settle> = {}): Settle {
  return { hold, chargeMicros, costNanos: nanos(45_000_000n), end: anEnd(), ...more };
}
