import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, type Uuid } from "../ids";
import { addContributedKey } from "../pool";
import { holdSettings } from "../settings";
import type { ContributionView } from "./contribution";
import { hasAccount, insertContribution } from "./contribution.store";
import { findPolicy, type Policy } from "./find-policy";
import { getContribution } from "./get-contribution";
import { grantQuote, netOf } from "./grant-quote";
import type { Quote } from "./quote.store";
import { requireDailyRoom } from "./require-daily-room";
import { requireRoom } from "./require-room";
import { takeQuote } from "./take-quote";

export type ContributeInput = { userId: Uuid; walletId: bigint; quoteId: Uuid; attest: boolean };

const sameAccount = (): ScripError =>
  new ScripError("duplicate_key", "A key of the same account has been contributed already.");

async function addKey(tx: Tx, ctx: Ctx, quote: Quote, policy: Policy, contributionId: Uuid): Promise<void> {
  const { id, provider, sealed, prints, hint, quotaNanos, userId } = quote;
  const owner = { id: userId, contributionId };
  const key = { id, channelId: policy.channel.id, provider, owner, sealed, prints, hint, quotaNanos };
  await addContributedKey(tx, ctx, key);
  // The provider is locked from here on: what is counted now can't change before this commits.
  if (await hasAccount(tx, quote.accountPrints)) throw sameAccount();
}

/**
 * Contribute the key of a quote: it joins the pool, and its owner is granted its worth less the fee, unvested.
 *
 * Errors: as `takeQuote`; `provider_not_allowed`, `pool_full`, `rate_limit_exceeded` and `duplicate_key` as a quote's, since
 * much may have happened meanwhile; `state_conflict` for a quote of a top-up.
 */
export async function contribute(tx: Tx, ctx: Ctx, input: ContributeInput): Promise<ContributionView> {
  const { userId, walletId } = input;
  const settings = await holdSettings(tx);
  const quote = await takeQuote(tx, ctx, input);
  if (quote.topUpOf !== null) throw new ScripError("state_conflict", "This quote is for a top-up of a contribution.");
  const policy = await findPolicy(tx, settings, quote.provider);
  const id = newUuid(ctx.nowMs);
  await addKey(tx, ctx, quote, policy, id);
  const netMicros = netOf(quote);
  await requireDailyRoom(tx, ctx, userId, settings.contributions_per_day);
  await requireRoom(tx, policy, { userId, quotaNanos: quote.quotaNanos, netMicros });
  const { provider, isProven, accountPrints, quotaNanos, grossMicros, feeMicros, feeShare } = quote;
  const owner = { id, userId, walletId, quoteId: quote.id, poolKeyId: quote.id, provider };
  const worth = { isProven, quotaNanos, grossMicros, feeMicros, feeShare, netMicros };
  const contribution = { ...owner, ...worth, accountPrints, nowMs: ctx.nowMs };
  if (!(await insertContribution(tx, contribution))) throw sameAccount();
  await grantQuote(tx, ctx, { quote, contribution: { id, walletId }, limitMicros: settings.advance_limit });
  return getContribution(tx, ctx, { userId, contributionId: id });
}
