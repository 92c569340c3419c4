import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { creditWallet, vestCredits } from "../ledger";
import { micros, nanos, type Micros, type Nanos } from "../money";
import type { Contribution } from "./contribution";
import { insertVestings, lockByPoolKeys, updateContribution, type Vesting } from "./contribution.store";
import { setAdvance } from "./set-advance";
import { vestedOf } from "./vested-of";

/** A settled attempt at a supplier's key, as the folder takes it. Units: nanodollars. */
export type ServedAttempt = { hold: Uuid; n: number; poolKey: Uuid | null; costNanos: Nanos };

/** A contribution with what its attempts came to. */
type Served = { contribution: Contribution; costNanos: Nanos; vestedMicros: Micros; vestings: Vesting[] };

function serve(contribution: Contribution, attempts: readonly ServedAttempt[]): Served {
  let { costNanos, vestedMicros } = contribution;
  const vestings = attempts.map(({ hold, n, costNanos: cost }): Vesting => {
    costNanos = nanos(costNanos + cost);
    const before = vestedMicros;
    vestedMicros = vestedOf(contribution, costNanos);
    return { hold, n, contributionId: contribution.id, costNanos: cost, vestedMicros: micros(vestedMicros - before) };
  });
  return { contribution, costNanos, vestedMicros, vestings };
}

const grownBy = ({ contribution, vestedMicros }: Pick<Served, "contribution" | "vestedMicros">): Micros =>
  micros(vestedMicros - contribution.vestedMicros);

/** Of an ended contribution all was taken back: what a late request vests after all comes out of that. */
async function post(tx: Tx, ctx: Ctx, { contribution, vestedMicros }: Served): Promise<void> {
  const amountMicros = grownBy({ contribution, vestedMicros });
  if (amountMicros === 0n) return;
  const posting = {
    scope: "vesting",
    key: `${contribution.id}:${vestedMicros}`,
    requestHash: createHash("sha256").update(`${contribution.id} ${amountMicros}`).digest(),
    transfer: newUuid(ctx.nowMs),
    wallet: contribution.walletId,
    refType: "contribution",
    refId: toPublicId("contribution", contribution.id),
    amountMicros,
  };
  if (contribution.state === "open") await vestCredits(tx, ctx, posting);
  else await creditWallet(tx, ctx, { ...posting, kind: "vest", source: "vested" });
}

async function record(tx: Tx, ctx: Ctx, served: Served): Promise<void> {
  const { contribution, costNanos, vestedMicros, vestings } = served;
  const isOpen = contribution.state === "open";
  await updateContribution(tx, contribution.id, {
    costNanos,
    vestedMicros,
    requestsServed: contribution.requestsServed + BigInt(vestings.length),
    ...(!isOpen && { takenMicros: micros(contribution.takenMicros - grownBy(served)) }),
  });
  await insertVestings(tx, vestings, ctx.nowMs);
}

/**
 * Vest what settled attempts earned the owners of their keys: each attempt exactly once, in the transaction that takes it
 * from the books. Attempts on the platform's own keys, and those that cost nothing, are none of this.
 *
 * Keys' rows are locked by the caller; contributions are locked next, then wallets, each in the order of their ids.
 */
export async function vestContributions(tx: Tx, ctx: Ctx, attempts: readonly ServedAttempt[]): Promise<void> {
  const byKey = new Map<Uuid, ServedAttempt[]>();
  for (const attempt of attempts) {
    const { poolKey, costNanos } = attempt;
    if (poolKey !== null && costNanos > 0n) byKey.set(poolKey, (byKey.get(poolKey) ?? []).concat(attempt));
  }
  if (byKey.size === 0) return;
  const contributions = await lockByPoolKeys(tx, [...byKey.keys()]);
  const byWallet = contributions.toSorted((a, b) => (a.walletId < b.walletId ? -1 : a.walletId > b.walletId ? 1 : 0));
  const served = byWallet.map((one) => serve(one, byKey.get(one.poolKeyId) ?? []));
  for (const one of served) await record(tx, ctx, one);
  // Before anything is posted: vesting pays debts from what may be spent in advance.
  await setAdvance(tx, [...new Set(byWallet.map(({ walletId }) => walletId))]);
  for (const one of served) await post(tx, ctx, one);
}
