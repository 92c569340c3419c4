import { expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import { createBooks, keepLease, LEASE_TIMINGS, verifyLedger } from "@/lib/ledger";
import { recoverHolds } from "@/lib/recovery";
import { type Micros, nanos } from "@/lib/money";
import { anEnd, aReserve, aSettle, cr } from "@/tests/support/a-ledger";
import {
  aContributor,
  contributeKey,
  database,
  fold,
  ledgerBooks,
  payer,
  readOne,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const USD = 1_000_000_000n;

/** A gateway that stalls with a stream of 1,500 credits, after a checkpoint of so much; others close its hold. */
async function stall(poolKey: Uuid, noted: { charge: Micros; cost: bigint } | null) {
  const lease = await keepLease(database.pool, "stalled");
  const stalled = createBooks(database.pool, lease);
  const made = aReserve(payer, cr(1_500), { poolKey });
  await stalled.reserve({ ...made, draft: { ...made.draft, streamed: true } });
  const { hold } = made;
  if (noted) {
    const lines = { meters: {}, multipliers: [], breakdown: [], costBreakdown: [], latencyMs: 1, ttftMs: 1 };
    const checkpoint = { ...lines, chargeMicros: noted.charge, costNanos: nanos(noted.cost) };
    await stalled.extend({ hold, toMicros: null, checkpoint });
  }
  await lease.close();
  await recoverHolds(database, ledgerBooks(), LEASE_TIMINGS);
  return async (costNanos: bigint): Promise<void> => {
    const cost = nanos(costNanos);
    const attempts = [{ n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: cost, latencyMs: 5 }];
    const settle = aSettle(hold, cr(1_500), { costNanos: cost, end: anEnd({ poolKey, attempts }) });
    for (const _ of [1, 2]) {
      expect((await ledgerBooks().settle({ ...settle, isDelivered: true })).outcome).toBe("late");
    }
  };
}

const half = { charge: cr(750), cost: 5n * USD };

test.each([
  ["of a hold that had been released", null, true, 10n * USD],
  ["of one that had been charged by its checkpoint, and counted", half, true, 10n * USD],
  ["of one that had been charged by its checkpoint, and wasn't counted yet", half, false, 10n * USD],
  ["which adds no cost", { ...half, cost: 10n * USD }, true, 10n * USD],
  ["which adds no cost and finds nothing counted", { ...half, cost: 10n * USD }, false, 10n * USD],
])(
  "a charge that is booked late counts for vesting once, when it is booked: %s",
  async (_, noted, isFoldedBetween, cost) => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    const deliver = await stall(poolKey, noted);
    if (isFoldedBetween) {
      await fold();
      expect((await readOne(bo, id)).body["vested_credits"]).toBe(
        noted ? Math.min(675, Number(noted.cost / USD) * 149.994) : 0,
      );
    }
    await deliver(cost);
    await fold();
    expect(await fold()).toBe(0);
    expect((await readOne(bo, id)).body).toMatchObject({ vested_credits: 1_350, held_back_credits: 149.94 });
    expect((await verifyLedger(database)).violations).toEqual([]);
  },
);
