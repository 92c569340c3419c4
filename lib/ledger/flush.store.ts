import type pg from "pg";
import { AssertionError } from "../errors";
import type { Uuid } from "../ids";
import type { Extend, NextAttempt, Release, Reserve, Settle, UsageEnd } from "./flush";

/** One item of a batch, by verb. */
export type FlushItem =
  | { verb: "reserve"; input: Reserve }
  | { verb: "attempt"; input: NextAttempt }
  | { verb: "extend"; input: Extend }
  | { verb: "settle"; input: Settle }
  | { verb: "release"; input: Release };

/** What the flush said of one item. Codes: see books.flush_* in the migrations. */
export type FlushReply = {
  code: number;
  amount: bigint | null;
  extra: { owner: Uuid; kind: string; period: string; used: number; held: number } | null;
};

const FLUSH = "select verb, id, code, amount, extra from books.flush($1, $2, $3, $4, $5)";
const VERB_NUMBER = { reserve: 1, attempt: 2, extend: 3, settle: 4, release: 4 } as const;

function reserveRow(input: Reserve): object {
  return {
    hold: input.hold,
    wallet: String(input.wallet),
    api_key: input.apiKey,
    amount_micros: String(input.amountMicros),
    arrived_at: new Date(input.arrivedMs).toISOString(),
    pool_key: input.poolKey,
    draft: {
      protocol: input.draft.protocol,
      mode: input.draft.mode,
      model: input.draft.model,
      provider: input.draft.provider,
      upstream_model: input.draft.upstreamModel,
      channel: input.draft.channel,
      key_owner: input.draft.keyOwner,
      price_card: String(input.draft.priceCard),
      cost_card: input.draft.costCard === null ? null : String(input.draft.costCard),
      streamed: input.draft.streamed,
    },
    legs: input.legs.length
      ? input.legs.map((leg) => ({
          ...leg,
          limit: leg.limit === null ? null : String(leg.limit),
          amount: String(leg.amount),
        }))
      : null,
  };
}

function endRow(hold: Uuid, released: boolean, chargeMicros: bigint, costNanos: bigint, end: UsageEnd): object {
  const total = end.attempts.reduce((sum, attempt) => sum + attempt.costNanos, 0n);
  return {
    hold,
    n: end.attempts.at(-1)?.n ?? 1,
    released,
    charge_micros: String(chargeMicros),
    overrun_micros: "0",
    cost_nanos: String(costNanos),
    total_cost_nanos: String(total > costNanos ? total : costNanos),
    channel: end.channel,
    pool_key: end.poolKey,
    key_owner: end.keyOwner,
    upstream_model: end.upstreamModel,
    meters: end.meters,
    multipliers: end.multipliers,
    breakdown: end.breakdown,
    cost_breakdown: end.costBreakdown,
    attempts: end.attempts.map((attempt) => ({ ...attempt, costNanos: String(attempt.costNanos) })),
    requests: end.requests,
    estimated: end.estimated,
    lost: end.lost,
    status: end.status,
    http_status: end.httpStatus,
    error_code: end.errorCode,
    latency_ms: Math.round(end.latencyMs),
    ttft_ms: end.ttftMs === null ? null : Math.round(end.ttftMs),
  };
}

function checkpointRow({ hold, addMicros, checkpoint }: Extend): object {
  return {
    hold,
    add_micros: String(addMicros),
    checkpoint: checkpoint && {
      ...checkpoint,
      chargeMicros: String(checkpoint.chargeMicros),
      costNanos: String(checkpoint.costNanos),
    },
  };
}

const asJson = (rows: object[]): string | null => (rows.length ? JSON.stringify(rows) : null);

/**
 * Carry out one batch in one transaction.
 *
 * Returns a reply for each item, in their order. Errors: those of the database, untouched.
 */
export async function runFlush(pool: pg.Pool, lease: bigint, items: readonly FlushItem[]): Promise<FlushReply[]> {
  const rows: Record<FlushItem["verb"], object[]> = { reserve: [], attempt: [], extend: [], settle: [], release: [] };
  for (const item of items) {
    switch (item.verb) {
      case "reserve":
        rows.reserve.push(reserveRow(item.input));
        break;
      case "attempt":
        rows.attempt.push({
          hold: item.input.hold,
          n: item.input.n,
          pool_key: item.input.poolKey,
          previous_outcome: item.input.previousOutcome,
          previous_cost_nanos: String(item.input.previousCostNanos),
        });
        break;
      case "extend":
        rows.extend.push(checkpointRow(item.input));
        break;
      case "settle":
        rows.settle.push(endRow(item.input.hold, false, item.input.chargeMicros, item.input.costNanos, item.input.end));
        break;
      case "release":
        rows.settle.push(endRow(item.input.hold, true, 0n, item.input.costNanos, item.input.end));
        break;
    }
  }
  const result = await pool.query<{ verb: number; id: Uuid } & FlushReply>({
    name: "flush",
    text: FLUSH,
    values: [lease, asJson(rows.reserve), asJson(rows.attempt), asJson(rows.extend), asJson(rows.settle)],
  });
  const replies = new Map(result.rows.map((row) => [`${row.verb} ${row.id}`, row]));
  return items.map((item) => {
    const reply = replies.get(`${VERB_NUMBER[item.verb]} ${item.input.hold}`);
    if (!reply) throw new AssertionError(`books.flush gave no reply to ${item.verb} of ${item.input.hold}`);
    return reply;
  });
}
