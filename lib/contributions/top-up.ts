import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import type { Uuid } from "../ids";
import { type Decimal, micros } from "../money";
import { getPoolKey, lockProvider, raiseQuota } from "../pool";
import { holdSettings } from "../settings";
import { grantQuote, netOf, revalueQuote, type Revalidation, redeemQuote } from "./acceptance";
import { type ContributionView, getContribution, requireOwn } from "./contribution";
import { type Contribution, lockByPoolKeys, updateContribution } from "./contribution.store";
import { findPolicy, findReference, requireCapacity } from "./policy";
import type { Quote } from "./quote.store";
import { dueOf, earnedOf } from "./valuation";

/** `revalidation` was made right before, outside the transaction. */
type TopUpInput = { userId: Uuid; contributionId: Uuid; quoteId: Uuid; attest: boolean; revalidation: Revalidation };

const isEqual = (one: Decimal, other: Decimal): boolean =>
  one.digits * 10n ** BigInt(other.scale) === other.digits * 10n ** BigInt(one.scale);

/** The contribution, locked after its key, as the fold does. */
async function lockOpen(tx: Tx, ctx: Ctx, poolKeyId: Uuid): Promise<Contribution> {
  await getPoolKey(tx, ctx, { poolKeyId });
  const [contribution] = await lockByPoolKeys(tx, [poolKeyId]);
  assert(contribution, `pool key ${poolKeyId} belongs to a contribution`);
  if (contribution.state === "open") return contribution;
  throw new ScripError("state_conflict", `This contribution is ${contribution.state}.`);
}

/** Quota and grant grow; from here on what is due is counted over what is left of both, and a new fee holds. */
async function addToGrant(tx: Tx, ctx: Ctx, contribution: Contribution, quote: Quote): Promise<void> {
  const { id, poolKeyId, grossMicros, feeMicros, netMicros, takenMicros, chargedMicros } = contribution;
  const { costNanos, quotaNanos } = await raiseQuota(tx, ctx, { poolKeyId, addedNanos: quote.quotaNanos });
  // What went back when the quota was used up stays where it went: what was due until now is due without it.
  const forgone = { ...contribution, forgoneMicros: takenMicros };
  const earned = { baseChargedMicros: chargedMicros, baseEarnedMicros: earnedOf(contribution, chargedMicros) };
  await updateContribution(tx, id, {
    quotaNanos,
    forgoneMicros: takenMicros,
    baseCostNanos: costNanos,
    baseDueMicros: dueOf(forgone, costNanos),
    grossMicros: micros(grossMicros + quote.grossMicros),
    feeMicros: micros(feeMicros + quote.feeMicros),
    netMicros: micros(netMicros + netOf(quote)),
    ...(!isEqual(contribution.feeShare, quote.feeShare) && { feeShare: quote.feeShare, ...earned }),
    isProven: contribution.isProven && quote.isProven,
  });
}

/**
 * Add what a quote found to have been added to a contribution's key: to its quota, and to what its owner is granted.
 *
 * Errors: as `redeemQuote` and `revalueQuote`; `not_found`; `state_conflict` for a closed contribution, or a quote of before another
 * top-up, which may have counted the same addition; `pool_full`.
 */
export async function topUpContribution(tx: Tx, ctx: Ctx, input: TopUpInput): Promise<ContributionView> {
  const settings = await holdSettings(tx);
  const { poolKeyId, provider, userId } = await requireOwn(tx, input);
  const quoted = await redeemQuote(tx, ctx, { ...input, topUpOf: input.contributionId });
  const policy = await findPolicy(tx, settings, provider);
  // As a contribution does: what is counted now can't change before this commits.
  await lockProvider(tx, provider);
  const contribution = await lockOpen(tx, ctx, poolKeyId);
  if (quoted.baseQuotaNanos !== contribution.quotaNanos) {
    throw new ScripError("state_conflict", "This contribution was topped up since the quote. Ask for a new one.");
  }
  const quote = revalueQuote(quoted, input.revalidation, { policy, reference: await findReference(tx, ctx, policy) });
  await requireCapacity(tx, policy, { userId, quotaNanos: quote.quotaNanos, netMicros: netOf(quote) });
  await addToGrant(tx, ctx, contribution, quote);
  await grantQuote(tx, ctx, { quote, contribution, settings, memo: "Top-up" });
  return getContribution(tx, ctx, input);
}
