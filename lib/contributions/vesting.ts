import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { clawBackCredits, creditWallet, vestCredits } from "../ledger";
import { type Decimal, divideDown, micros, type Micros, nanos, type Nanos, ZERO_MICROS } from "../money";
import { chargePoolKeys } from "../pool";
import { setAdvance } from "./advance";
import { type Contribution, findByPoolKey, lockByPoolKeys, updateContribution } from "./contribution.store";
import { type Progress, remainingOf, vestedOf } from "./valuation";
import { insertVestings, sumEarningsByProvider, type Vesting } from "./vesting.store";

/**
 * A settled attempt at a supplier's key, as the fold takes it, with what the request was charged where it served it.
 * Units: nanodollars, microcredits.
 */
type ServedAttempt = { hold: Uuid; n: number; poolKey: Uuid | null; costNanos: Nanos; chargeMicros: Micros };

/** The number of an attempt that was a probe: it cost the key something, and served nobody. */
const PROBE = 0;

/** A contribution, how far its attempts took it, and what that moves. Units: microcredits. */
type Applied = {
  contribution: Contribution;
  progress: Progress;
  vestings: Vesting[];
  /** What vests of what waited for it, and of what had been clawed back already. */
  vestingMicros: Micros;
  regainedMicros: Micros;
  /** What goes back because the quota is used up. */
  returnedMicros: Micros;
};

/** All of a closed or used up contribution was clawed back: what vests late comes out of that. */
function amountsToPost(contribution: Contribution, { costNanos, vestedMicros }: Progress) {
  const [grown, waiting] = [vestedMicros - contribution.vestedMicros, remainingOf(contribution)];
  const vesting = grown < waiting ? grown : waiting;
  const isUsedUp = costNanos >= contribution.quotaNanos;
  return {
    vestingMicros: micros(vesting),
    regainedMicros: micros(grown - vesting),
    returnedMicros: isUsedUp ? micros(waiting - vesting) : ZERO_MICROS,
  };
}

function applyAttempts(contribution: Contribution, attempts: readonly ServedAttempt[]): Applied {
  let progress: Progress = contribution;
  const vestings = attempts.map(({ hold, n, costNanos, chargeMicros: chargedMicros }): Vesting => {
    const { vestedMicros: before } = progress;
    progress = {
      costNanos: nanos(progress.costNanos + costNanos),
      chargedMicros: micros(progress.chargedMicros + chargedMicros),
      vestedMicros: before,
    };
    progress.vestedMicros = vestedOf(contribution, progress);
    const vestedMicros = micros(progress.vestedMicros - before);
    return { hold, n, contributionId: contribution.id, costNanos, chargedMicros, vestedMicros };
  });
  return { contribution, progress, vestings, ...amountsToPost(contribution, progress) };
}

async function record(tx: Tx, applied: Applied): Promise<void> {
  const { contribution, progress, vestings, regainedMicros, returnedMicros } = applied;
  const { costNanos, chargedMicros, vestedMicros } = progress;
  await updateContribution(tx, contribution.id, {
    costNanos,
    chargedMicros,
    vestedMicros,
    takenMicros: micros(contribution.takenMicros - regainedMicros + returnedMicros),
    requestsServed: contribution.requestsServed + BigInt(vestings.filter(({ n }) => n !== PROBE).length),
  });
}

async function post(tx: Tx, ctx: Ctx, applied: Applied): Promise<void> {
  const { contribution, progress, vestingMicros, regainedMicros, returnedMicros } = applied;
  const { id, walletId: wallet, quotaNanos } = contribution;
  const posting = (scope: string, key: bigint, amountMicros: Micros) => ({
    scope,
    key: `${id}:${key}`,
    requestHash: createHash("sha256").update(`${id} ${amountMicros}`).digest(),
    transfer: newUuid(ctx.nowMs),
    wallet,
    refType: "contribution",
    refId: toPublicId("contribution", id),
    amountMicros,
  });
  const { vestedMicros } = progress;
  if (vestingMicros > 0n) await vestCredits(tx, ctx, posting("vesting", vestedMicros, vestingMicros));
  if (regainedMicros > 0n) {
    const regained = posting("vesting after all", vestedMicros, regainedMicros);
    await creditWallet(tx, ctx, { ...regained, kind: "vest", source: "vested" });
  }
  if (returnedMicros > 0n) {
    const returned = posting("contribution used up", quotaNanos, returnedMicros);
    await clawBackCredits(tx, ctx, { ...returned, memo: "quota_used" });
  }
}

/**
 * Vest what settled attempts earned the owners of their keys: each attempt exactly once, in the transaction that takes it
 * from the ledger. What is due and not earned waits for later requests, and goes back once the quota is used up. Attempts on
 * the platform's own keys, and those that neither cost nor brought in anything, are skipped.
 *
 * Keys' rows are locked by the caller; contributions are locked next, then wallets, each in the order of their ids.
 */
export async function vestContributions(tx: Tx, ctx: Ctx, attempts: readonly ServedAttempt[]): Promise<void> {
  const byKey = new Map<Uuid, ServedAttempt[]>();
  for (const attempt of attempts) {
    const { poolKey, costNanos, chargeMicros } = attempt;
    if (poolKey === null || (costNanos === 0n && chargeMicros === 0n)) continue;
    const ofKey = byKey.get(poolKey);
    if (ofKey) ofKey.push(attempt);
    else byKey.set(poolKey, [attempt]);
  }
  if (byKey.size === 0) return;
  const contributions = await lockByPoolKeys(tx, [...byKey.keys()]);
  const byWallet = contributions.toSorted((a, b) => (a.walletId < b.walletId ? -1 : a.walletId > b.walletId ? 1 : 0));
  const served = byWallet.map((one) => applyAttempts(one, byKey.get(one.poolKeyId) ?? []));
  for (const one of served) await record(tx, one);
  await insertVestings(
    tx,
    served.flatMap(({ vestings }) => vestings),
    ctx.nowMs,
  );
  // Before anything is posted: vesting pays debts from what may be spent in advance.
  await setAdvance(tx, ctx, [...new Set(byWallet.map(({ walletId }) => walletId))]);
  for (const one of served) await post(tx, ctx, one);
}

/**
 * Act on a probe of a contributor's key once the pool has: what it cost is booked on the key as what a request costs, so that it
 * counts towards what is due and earns nothing, and the advance follows the key. A key of no contribution is skipped.
 *
 * Units: nanodollars. The key's row is locked by the caller.
 */
export async function settleProbe(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid; costNanos: Nanos }): Promise<void> {
  const { poolKeyId, costNanos } = input;
  const contribution = await findByPoolKey(tx, poolKeyId);
  if (!contribution) return;
  if (costNanos > 0n) {
    await chargePoolKeys(tx, ctx, new Map([[poolKeyId, { costNanos, servedAtMs: null }]]));
    const probe = { hold: newUuid(ctx.nowMs), n: PROBE, poolKey: poolKeyId, costNanos, chargeMicros: ZERO_MICROS };
    await vestContributions(tx, ctx, [probe]);
  }
  await setAdvance(tx, ctx, [contribution.walletId]);
}

/** Of what a provider's contributed keys are granted, how much is expected to vest, by so many requests that they served. */
export type ExpectedShare = { provider: string; requests: bigint; share: Decimal };

const RECENT_MS = 30 * 24 * 3_600_000;
// Enough for a stable share, and bounds the scan.
const ATTEMPTS_MAX = 20_000;
const PLACES = 4;

/**
 * The expected share of each provider whose contributed keys served in the last 30 days: what their charges earn of what their
 * costs made due, key by key.
 *
 * Rounding: down to four places.
 */
export async function readExpectedShares(reader: Tx, nowMs: number): Promise<ExpectedShare[]> {
  const served = await sumEarningsByProvider(reader, nowMs - RECENT_MS, ATTEMPTS_MAX);
  return served.map(({ provider, requests, dueMicros, earnedMicros }) => ({
    provider,
    requests,
    share: { digits: divideDown(earnedMicros * 10n ** BigInt(PLACES), dueMicros), scale: PLACES },
  }));
}
