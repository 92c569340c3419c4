import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { grantContribution } from "../ledger";
import { micros } from "../money";
import { addContributedKey } from "../pool";
import { holdSettings } from "../settings";
import type { ContributionView } from "./contribution";
import { hasAccount, insertContribution } from "./contribution.store";
import { findPolicy, type Policy } from "./find-policy";
import { getContribution } from "./get-contribution";
import type { Quote } from "./quote.store";
import { requireDailyRoom } from "./require-daily-room";
import { requireRoom } from "./require-room";
import { setAdvance } from "./set-advance";
import { takeQuote } from "./take-quote";

export type ContributeInput = { userId: Uuid; walletId: bigint; quoteId: Uuid; attest: boolean };

async function addKey(tx: Tx, ctx: Ctx, quote: Quote, policy: Policy, contributionId: Uuid): Promise<void> {
  const { id, provider, sealed, prints, hint, quotaNanos, userId } = quote;
  const owner = { id: userId, contributionId };
  const key = { id, channelId: policy.channel.id, provider, owner, sealed, prints, hint, quotaNanos };
  await addContributedKey(tx, ctx, key);
  // The provider is locked from here on: what is counted now can't change before this commits.
  if (await hasAccount(tx, quote.accountPrints)) {
    throw new ScripError("duplicate_key", "A key of the same account has been contributed already.");
  }
}

/** What the ledger is told of a grant: once a contribution. */
const grantOf = (ctx: Ctx, quote: Quote, contributionId: Uuid, walletId: bigint) => ({
  scope: "contribution",
  key: quote.id,
  requestHash: createHash("sha256").update(`${quote.id} ${quote.grossMicros} ${quote.feeMicros}`).digest(),
  transfer: newUuid(ctx.nowMs),
  wallet: walletId,
  refType: "contribution",
  refId: toPublicId("contribution", contributionId),
  netMicros: micros(quote.grossMicros - quote.feeMicros),
  feeMicros: quote.feeMicros,
});

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
  const grant = grantOf(ctx, quote, id, walletId);
  await requireDailyRoom(tx, ctx, userId, settings.contributions_per_day);
  await requireRoom(tx, policy, { userId, quotaNanos: quote.quotaNanos, netMicros: grant.netMicros });
  const { provider, isProven, accountPrints, quotaNanos, grossMicros, feeMicros } = quote;
  const owner = { id, userId, walletId, quoteId: quote.id, poolKeyId: quote.id, provider };
  const worth = { isProven, quotaNanos, grossMicros, feeMicros, netMicros: grant.netMicros };
  await insertContribution(tx, { ...owner, ...worth, accountPrints, nowMs: ctx.nowMs });
  await setAdvance(tx, [walletId], settings.advance_limit);
  await grantContribution(tx, ctx, grant);
  return getContribution(tx, ctx, { userId, contributionId: id });
}
