import type { CardVersion } from "../catalog";
import { readableCards } from "../catalog";
import type { Database } from "../db";
import type { Books, LeaseTimings, Release, Settle, UsageEnd } from "../ledger";
import { micros } from "../money";
import { type Uuid, uuidMs } from "../ids";
import { NO_FACTS } from "../pricing";
import { costFor } from "../usage";
import { closeLapsedLeases, listOrphanedHolds, type OrphanedHold } from "./orphan.store";

/** How an orphaned hold ends: charged, or not. */
export type OrphanEnd = { verb: "settle"; input: Settle } | { verb: "release"; input: Release };

/** What is known of its last attempt. */
type Known = Pick<UsageEnd, "meters" | "multipliers" | "breakdown" | "costBreakdown" | "latencyMs" | "ttftMs"> &
  Pick<Settle, "costNanos">;

/** Of a reply that nobody saw to its end: about what the supplier takes for its input. */
function lostUsage({ hold, inputTokens, costFactor, ageMs }: OrphanedHold, card: CardVersion | null): Known {
  const usage = { meters: { input_tokens: inputTokens }, kinds: {} };
  const { costNanos, lines } = costFor({ card, facts: { ...NO_FACTS, arrivedMs: uuidMs(hold) }, costFactor }, usage);
  return {
    meters: {},
    multipliers: [],
    breakdown: [],
    costNanos,
    costBreakdown: lines,
    latencyMs: ageMs,
    ttftMs: null,
  };
}

/**
 * What a request is charged whose gateway died with it.
 *
 * A stream that had a checkpoint is charged for it, never more than its hold. Everything else is released: of a reply
 * whose settlement isn't committed the caller never got the end, and of a whole reply not a byte. What the supplier takes
 * for it is the platform's loss. About how long its input was is known, and is booked by `costCard`, null where there was
 * none: an estimate, so that it is in the record's cost alone, neither on the key nor vested.
 * Source: decision 008.
 */
function endOrphan(orphan: OrphanedHold, costCard: CardVersion | null): OrphanEnd {
  const { hold, checkpoint, amountMicros } = orphan;
  if (!orphan.streamed || checkpoint === null) {
    const lost = lostUsage(orphan, costCard);
    const end = endOf(orphan, lost, { httpStatus: 503, errorCode: "unavailable", estimated: false });
    return { verb: "release", input: { hold, costNanos: lost.costNanos, end } };
  }
  const charge = checkpoint.chargeMicros < amountMicros ? checkpoint.chargeMicros : amountMicros;
  const end = endOf(orphan, checkpoint, { httpStatus: 200, errorCode: null, estimated: true });
  return { verb: "settle", input: { hold, chargeMicros: micros(charge), costNanos: checkpoint.costNanos, end } };
}

type Answer = Pick<UsageEnd, "httpStatus" | "errorCode" | "estimated">;

function endOf(orphan: OrphanedHold, known: Known, answer: Answer): UsageEnd {
  const { channel, poolKey, keyOwner, upstreamModel } = orphan;
  const { costNanos, meters, multipliers, breakdown, costBreakdown, latencyMs, ttftMs } = known;
  const lastN = orphan.attempts.at(-1)?.n;
  return {
    channel,
    poolKey,
    keyOwner,
    upstreamModel,
    meters,
    multipliers,
    breakdown,
    costBreakdown,
    latencyMs,
    ttftMs,
    ...answer,
    attempts: orphan.attempts.map((attempt) => ({
      ...attempt,
      channel,
      costNanos: attempt.n === lastN ? costNanos : attempt.costNanos,
      latencyMs: attempt.n === lastN ? latencyMs : 0,
    })),
    requests: 0,
    lost: true,
    status: "interrupted",
  };
}

/** What a recovery found and did. */
export type Recovery = {
  leasesClosed: bigint;
  settled: number;
  released: number;
  /** Holds that couldn't be ended, each by itself: the rest was. */
  failed: { hold: Uuid; error: unknown }[];
};

const BATCH = 256;

/**
 * End the holds of gateways that are gone: of those that closed their lease, and of those whose lease this check and an
 * earlier one found lapsed.
 *
 * Each hold ends once, whoever else is at it: the ledger refuses a second end. Passes on to the next batch until no orphan
 * is left but those of `except`. Not inside a transaction: every batch goes through the ledger's own flush.
 */
export async function recoverHolds(
  database: Database,
  books: Books,
  timings: LeaseTimings,
  except: readonly Uuid[] = [],
): Promise<Recovery> {
  const leasesClosed = await closeLapsedLeases(database.pool, timings);
  const recovery: Recovery = { leasesClosed, settled: 0, released: 0, failed: [] };
  for (;;) {
    const passedOver = [...except, ...recovery.failed.map(({ hold }) => hold)];
    const orphans = await listOrphanedHolds(database.reader, BATCH, passedOver);
    if (orphans.length === 0) return recovery;
    const cards = await readableCards(
      database,
      orphans.flatMap((orphan) => ("costCard" in orphan ? (orphan.costCard ?? []) : [])),
    );
    await Promise.all(
      orphans.map(async (orphan) => {
        try {
          if ("unreadable" in orphan) throw orphan.unreadable;
          const end = endOrphan(orphan, orphan.costCard === null ? null : (cards.get(orphan.costCard) ?? null));
          if (end.verb === "settle") {
            if ((await books.settle(end.input)).outcome === "settled") recovery.settled += 1;
          } else if ((await books.release(end.input)).outcome === "released") recovery.released += 1;
        } catch (error) {
          recovery.failed.push({ hold: orphan.hold, error });
        }
      }),
    );
    // All of a batch: nothing but an outage, which the next turn meets again.
    if (recovery.failed.length >= BATCH) return recovery;
  }
}
