import type pg from "pg";
import { AssertionError } from "../errors";
import type { Uuid } from "../ids";
import type { Extend, NextAttempt, Release, Reserve, Settle, UsageEnd } from "./flush";

/** One item of a batch, by verb. A release of a reserve that was given up brings it, so that it can't be made any more. */
export type FlushItem =
  | { verb: "reserve"; input: Reserve }
  | { verb: "attempt"; input: NextAttempt }
  | { verb: "extend"; input: Extend }
  | { verb: "settle"; input: Settle }
  | { verb: "release"; input: Release; givenUp?: Reserve };

/** Which counter was over its limit. */
type OverLimit = { owner: Uuid; kind: string; period: string; used: number; held: number };
/** How a hold that had ended before did end. */
type Ended = { released: boolean; lost: boolean };

/** What the flush said of one item. */
export type FlushReply = { code: number; amount: bigint | null; extra: OverLimit | Ended | null };

/** What a reply's code says, by verb as `books.flush_*` tell it: of a hold that was there before, or that has ended. */
export const CODES = {
  done: 0,
  before: 1,
  short: 2,
  debt: 3,
  overLimit: 4,
  leaseClosed: 5,
  ended: 6,
  late: 7,
} as const;

// Longer than the server's own limit: for a server that can't be heard any more.
const QUERY_TIMEOUT_MS = 20_000;
const FLUSH = "select verb, id, code, amount, extra from books.flush($1, $2, $3, $4, $5)";
const VERB_NUMBER = { reserve: 1, attempt: 2, extend: 3, settle: 4, release: 4 } as const;

function reserveRow(input: Reserve) {
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
      input_tokens: input.draft.inputTokens,
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
    capped: end.capped ?? false,
    lost: end.lost,
    status: end.status,
    http_status: end.httpStatus,
    error_code: end.errorCode,
    latency_ms: Math.round(end.latencyMs),
    ttft_ms: end.ttftMs === null ? null : Math.round(end.ttftMs),
  };
}

function extendRow({ hold, toMicros, checkpoint }: Extend): object {
  return {
    hold,
    to_micros: toMicros === null ? null : String(toMicros),
    checkpoint: checkpoint && {
      ...checkpoint,
      chargeMicros: String(checkpoint.chargeMicros),
      costNanos: String(checkpoint.costNanos),
    },
  };
}

function rowOf(item: FlushItem): object {
  switch (item.verb) {
    case "reserve":
      return reserveRow(item.input);
    case "attempt": {
      const { hold, n, poolKey, previousOutcome, previousCostNanos } = item.input;
      const previous = { previous_outcome: previousOutcome, previous_cost_nanos: String(previousCostNanos) };
      return { hold, n, pool_key: poolKey, ...previous };
    }
    case "extend":
      return extendRow(item.input);
    case "settle":
      return {
        ...endRow(item.input.hold, false, item.input.chargeMicros, item.input.costNanos, item.input.end),
        delivered: item.input.isDelivered ?? false,
      };
    case "release": {
      const row = endRow(item.input.hold, true, 0n, item.input.costNanos, item.input.end);
      if (!item.givenUp) return row;
      const { wallet, api_key, arrived_at, draft } = reserveRow(item.givenUp);
      return { ...row, wallet, api_key, arrived_at, draft };
    }
  }
}

// What JSON may hold and PostgreSQL doesn't store: the zero character and halves of surrogate pairs, which
// JSON.stringify writes as escapes. Source: PostgreSQL, JSON types; ECMA-262, QuoteJSONString.
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** An item as its row of the batch, in JSON. Errors: where something in it can't be written. */
export function writeItem(item: FlushItem): string {
  const text = JSON.stringify(rowOf(item));
  return text.includes("\\u") ? text.replace(UNSTORABLE, "$1\\ufffd") : text;
}

const asArray = (rows: readonly string[]): string | null => (rows.length > 0 ? `[${rows.join(",")}]` : null);

/**
 * Carry out one batch in one transaction. Each item comes with its row, as `writeItem` made it.
 *
 * Returns a reply for each item, in their order; a batch has at most one item of a hold. Errors: those of the database,
 * untouched.
 */
export async function runFlush(
  pool: pg.Pool,
  lease: bigint,
  batch: readonly { item: FlushItem; row: string }[],
): Promise<FlushReply[]> {
  const rows: Record<FlushItem["verb"], string[]> = { reserve: [], attempt: [], extend: [], settle: [], release: [] };
  for (const { item, row } of batch) rows[item.verb === "release" ? "settle" : item.verb].push(row);
  const query: pg.QueryConfig & { query_timeout: number } = {
    name: "flush",
    query_timeout: QUERY_TIMEOUT_MS,
    text: FLUSH,
    values: [lease, asArray(rows.reserve), asArray(rows.attempt), asArray(rows.extend), asArray(rows.settle)],
  };
  const result = await pool.query<{ verb: number; id: Uuid } & FlushReply>(query);
  const replies = new Map(result.rows.map((row) => [`${row.verb} ${row.id}`, row]));
  return batch.map(({ item }) => {
    const reply = replies.get(`${VERB_NUMBER[item.verb]} ${item.input.hold}`);
    if (!reply) throw new AssertionError(`books.flush gave no reply to ${item.verb} of ${item.input.hold}`);
    return reply;
  });
}
