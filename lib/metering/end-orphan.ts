import type { Release, Settle, UsageEnd } from "../ledger";
import { micros, type Nanos, ZERO_NANOS } from "../money";
import type { OrphanedHold } from "./orphan.store";

/** How an orphaned hold ends: charged, or not. */
export type OrphanEnd = { verb: "settle"; input: Settle } | { verb: "release"; input: Release };

/**
 * What a request is charged whose gateway died with it.
 *
 * A stream that had told what it used is charged that, never more than its hold. Everything else is released: of a reply
 * whose settlement isn't committed the caller never got the end, and of a whole reply not a byte.
 * Source: decisions, "what a crash charges".
 */
export function endOrphan(orphan: OrphanedHold): OrphanEnd {
  const { hold, checkpoint } = orphan;
  if (!orphan.streamed || checkpoint === null) {
    return { verb: "release", input: { hold, costNanos: ZERO_NANOS, end: endOf(orphan, ZERO_NANOS) } };
  }
  const { chargeMicros, costNanos } = checkpoint;
  const charge = chargeMicros < orphan.amountMicros ? chargeMicros : orphan.amountMicros;
  return { verb: "settle", input: { hold, chargeMicros: micros(charge), costNanos, end: endOf(orphan, costNanos) } };
}

/** Its usage record: what the checkpoint knew, `lost` and, where charged, `estimated`. */
function endOf(orphan: OrphanedHold, lastCostNanos: Nanos): UsageEnd {
  const { channel, poolKey, keyOwner, upstreamModel, checkpoint, streamed } = orphan;
  const isCharged = streamed && checkpoint !== null;
  const lastN = orphan.attempts.at(-1)?.n;
  return {
    channel,
    poolKey,
    keyOwner,
    upstreamModel,
    meters: checkpoint?.meters ?? {},
    multipliers: checkpoint?.multipliers ?? [],
    breakdown: checkpoint?.breakdown ?? [],
    costBreakdown: checkpoint?.costBreakdown ?? [],
    attempts: orphan.attempts.map((attempt) => ({
      ...attempt,
      channel,
      costNanos: attempt.n === lastN ? lastCostNanos : attempt.costNanos,
      latencyMs: attempt.n === lastN ? (checkpoint?.latencyMs ?? 0) : 0,
    })),
    requests: 1,
    estimated: isCharged,
    lost: true,
    status: "interrupted",
    httpStatus: isCharged ? 200 : 503,
    errorCode: isCharged ? null : "unavailable",
    latencyMs: checkpoint?.latencyMs ?? orphan.ageMs,
    ttftMs: checkpoint?.ttftMs ?? null,
  };
}
