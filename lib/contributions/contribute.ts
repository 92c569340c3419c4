import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, type Uuid } from "../ids";
import { addContributedKey } from "../pool";
import { holdSettings } from "../settings";
import { knownAccountPrints } from "./account-prints";
import type { ContributionView } from "./contribution";
import { hasAccount, insertContribution } from "./contribution.store";
import { findPolicy, type Policy } from "./find-policy";
import { findReference } from "./find-reference";
import { getContribution } from "./get-contribution";
import { grantQuote, netOf } from "./grant-quote";
import type { SecondLook } from "./plan-acceptance";
import { presentWorth } from "./present-worth";
import type { Quote } from "./quote.store";
import { requireDailyRoom } from "./require-daily-room";
import { requireRoom } from "./require-room";
import { takeQuote } from "./take-quote";

/** `look`: what the provider said of the quote's key right before, outside the transaction. */
export type ContributeInput = { userId: Uuid; walletId: bigint; quoteId: Uuid; attest: boolean; look: SecondLook };

const sameAccount = (): ScripError =>
  new ScripError("duplicate_key", "A key of the same account has been contributed already.");

/** Every fingerprint of the account that the quote knew or the provider tells now. */
function accountsOf({ accountPrints }: Quote, { host, validation }: SecondLook): Uint8Array[] {
  const told = validation.outcome === "valid" ? validation.accountId : null;
  return told === null ? [...accountPrints] : [...accountPrints, ...knownAccountPrints(host, told)];
}

type Joining = { quote: Quote; policy: Policy; contributionId: Uuid; look: SecondLook };

async function addKey(tx: Tx, ctx: Ctx, { quote, policy, contributionId, look }: Joining): Promise<void> {
  const { id, provider, sealed, prints, hint, quotaNanos, userId, isProven: isUnderAdvance } = quote;
  const owner = { id: userId, contributionId };
  const key = { id, channelId: policy.channel.id, provider, owner, sealed, prints, hint, quotaNanos, isUnderAdvance };
  await addContributedKey(tx, ctx, key);
  // The provider is locked from here on: what is counted now can't change before this commits.
  if (await hasAccount(tx, accountsOf(quote, look))) throw sameAccount();
}

/**
 * Contribute the key of a quote: it joins the pool, and its owner is granted its worth less the fee, unvested. It is worth the
 * smaller of what was quoted and what the look says.
 *
 * Errors: as `takeQuote` and `presentWorth`; `provider_not_allowed`, `pool_full`, `rate_limit_exceeded` and `duplicate_key` as a
 * quote's, since much may have happened meanwhile.
 */
export async function contribute(tx: Tx, ctx: Ctx, input: ContributeInput): Promise<ContributionView> {
  const { userId, walletId } = input;
  const settings = await holdSettings(tx);
  const quoted = await takeQuote(tx, ctx, { ...input, topUpOf: null });
  const policy = await findPolicy(tx, settings, quoted.provider);
  const quote = presentWorth(quoted, input.look, { policy, reference: await findReference(tx, ctx, policy) });
  const id = newUuid(ctx.nowMs);
  await addKey(tx, ctx, { quote, policy, contributionId: id, look: input.look });
  const netMicros = netOf(quote);
  await requireDailyRoom(tx, ctx, userId, settings.contributions_per_day);
  await requireRoom(tx, policy, { userId, quotaNanos: quote.quotaNanos, netMicros });
  const { provider, isProven, accountPrints, quotaNanos, grossMicros, feeMicros, feeShare } = quote;
  const owner = { id, userId, walletId, quoteId: quote.id, poolKeyId: quote.id, provider };
  const worth = { isProven, quotaNanos, grossMicros, feeMicros, feeShare, netMicros };
  const contribution = { ...owner, ...worth, accountPrints, nowMs: ctx.nowMs };
  if (!(await insertContribution(tx, contribution))) throw sameAccount();
  await grantQuote(tx, ctx, { quote, contribution: { id, walletId }, settings });
  return getContribution(tx, ctx, { userId, contributionId: id });
}
