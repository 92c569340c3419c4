import type { Database } from "@/lib/db";
import { newUuid } from "@/lib/ids";
import { createBooks, keepLease, type Books } from "@/lib/ledger";
import { micros, nanos } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { anEnd, aReserve, aSettle } from "../support/a-ledger";
import type { Caller } from "../support/stage";

const CHARGE = micros(7_500_000n);
const COST = nanos(45_000_000n);
const POOL_KEY = newUuid(nowMs());
const LEASE_NAME = "bench";

const line = (meter: string, quantity: number, amount: string) => ({ meter, quantity, per: 1000, amount });
const END = anEnd({
  poolKey: POOL_KEY,
  breakdown: [line("input_tokens", 1000, "5"), line("output_tokens", 500, "2.5")],
  costBreakdown: [line("input_tokens", 1000, "0.03"), line("output_tokens", 500, "0.015")],
  attempts: [{ n: 1, poolKey: POOL_KEY, channel: "openai", outcome: "ok", costNanos: COST, latencyMs: 400 }],
  latencyMs: 400,
  ttftMs: null,
});

async function cycle(books: Books, { wallet, apiKeyId }: Caller): Promise<void> {
  const reserve = aReserve(wallet, CHARGE, { apiKey: apiKeyId, poolKey: POOL_KEY });
  const held = await books.reserve(reserve);
  if (held.outcome !== "held") throw new Error(`a reserve of the bench was ${held.outcome}`);
  const settled = await books.settle(aSettle(reserve.hold, CHARGE, { costNanos: COST, end: END }));
  if (settled.outcome !== "settled") throw new Error(`a settlement of the bench was ${settled.outcome}`);
}

/** Reserve and settle with so many in flight, each caller in turn. Answers cycles per second, after the commits. */
export async function measureCycles(
  database: Database,
  callers: readonly Caller[],
  inFlight: number,
  seconds: number,
): Promise<number> {
  const lease = await keepLease(database.pool, LEASE_NAME);
  const books = createBooks(database.pool, lease);
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  let done = 0;
  const loop = async (at: number): Promise<void> => {
    for (let turn = at; performance.now() < endMs; turn += inFlight) {
      const caller = callers[turn % callers.length];
      if (caller) await cycle(books, caller);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, at) => loop(at)));
  const perSecond = (done * 1000) / (performance.now() - startedMs);
  await lease.close();
  return perSecond;
}

/** Lay so many ended requests into the books' tables, as a filled database has them; then ANALYZE. */
export async function fillTables(owner: Database, { wallet, apiKeyId }: Caller, requests: number): Promise<void> {
  const client = await owner.pool.connect();
  try {
    await client.query("set statement_timeout = 0");
    await client.query(
      `with made as materialized (select gen_random_uuid() as id from generate_series(1, $1::int)),
      h as (
        insert into books.hold (id, wallet, lease, api_key, amount_micros, state, charged_micros, arrived_at, closed_at, draft)
        select id, $2::bigint, 0, $3::uuid, 7500000, 1, 7500000, now(), now(), '{}' from made
      ),
      a as (
        insert into books.attempt (hold, n, pool_key, state, outcome, cost_nanos, folded_at)
        select id, 1, $4::uuid, 1, 'ok', 45000000, now() from made
      ),
      l as (
        insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros, balance_after)
        select now(), id, 5, $2::bigint, 1, 102, 7500000, 0 from made
      )
      insert into books.usage_record (id, at, wallet, api_key, protocol, model, provider, upstream_model, channel, pool_key,
        meters, multipliers, breakdown, cost_breakdown, charge_micros, promo_micros, cost_nanos, attempts, streamed, status,
        http_status, latency_ms)
      select id, now(), $2::bigint, $3::uuid, 'openai', 'gpt-4', 'openai', 'gpt-4', 'openai', $4::uuid,
        '{"input_tokens":1000,"output_tokens":500}', '[]', '[]', '[]', 7500000, 7500000, 45000000, '[]', false, 'ok', 200, 400
      from made`,
      [requests, wallet, apiKeyId, POOL_KEY],
    );
    await client.query("analyze");
  } finally {
    client.release();
  }
}
