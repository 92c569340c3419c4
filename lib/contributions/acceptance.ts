import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { grantContribution } from "../ledger";
import { micros, type Micros, type Nanos, nanos, ZERO_NANOS } from "../money";
import { addContributedKey, getPoolKey, isKeyInPool, decryptPoolKey } from "../pool";
import { upstreamHostOf } from "../providers";
import { holdSettings, readSettings } from "../settings";
import { type SecretText, vault } from "../vault";
import { setAdvance } from "./advance";
import { type ContributionView, getContribution, requireOwn } from "./contribution";
import { hasAccount, insertContribution } from "./contribution.store";
import {
  accountFingerprints,
  type KeyToValidate,
  knownAccountFingerprints,
  requireValid,
  tooSmall,
  type Validation,
} from "./key-validation";
import { addressOf, findPolicy, findReference, type Policy, requireDailyLimit, requireCapacity } from "./policy";
import { lockQuote, type Quote, readQuote, markQuoteUsed } from "./quote.store";
import { type ReferenceRequest, valueQuota } from "./valuation";
import type { AdvanceTerms } from "./vesting.store";

/** A quote that its owner accepts: for a new contribution, or for a top-up of one. */
type QuoteToRedeem = { userId: Uuid; quoteId: Uuid; attest: boolean; topUpOf: Uuid | null };

/**
 * What has to hold of a quote that is accepted.
 *
 * Errors: `attestation_required`; `not_found` for another's too; `state_conflict` for a used one, or one that is for something
 * else; `quote_expired`.
 */
function requireAcceptable(quote: Quote | null, { attest, topUpOf }: QuoteToRedeem, nowMs: number): Quote {
  if (!attest) {
    throw new ScripError(
      "attestation_required",
      "Say that the key is yours to share and that its provider's terms allow it: `attest: true`.",
    );
  }
  if (!quote) throw new ScripError("not_found", "You have no such quote.");
  if (quote.usedMs !== null) throw new ScripError("state_conflict", "This quote has been used.");
  if (quote.expiresMs <= nowMs) throw new ScripError("quote_expired", "This quote has expired. Ask for a new one.");
  if (quote.topUpOf !== topUpOf) {
    const [one, other] = [
      "This quote is for a top-up of a contribution.",
      "This quote isn't for a top-up of this one.",
    ];
    throw new ScripError("state_conflict", topUpOf === null ? one : other);
  }
  return quote;
}

/** Redeem a quote of one's own, once and before it expires; it holds no key afterwards. Errors: as `requireAcceptable`. */
export async function redeemQuote(tx: Tx, ctx: Ctx, input: QuoteToRedeem): Promise<Quote> {
  const quote = requireAcceptable(await lockQuote(tx, input.userId, input.quoteId), input, ctx.nowMs);
  await markQuoteUsed(tx, quote.id, ctx.nowMs);
  return quote;
}

/** A quote's key, decrypted to be validated again before the quote is redeemed. Units: nanodollars. */
type AcceptancePlan = {
  key: KeyToValidate;
  host: string;
  /** Of a top-up, what was left of the quota before the provider was asked. */
  leftNanos: Nanos | null;
};

/** The result of validating it again. */
export type Revalidation = Omit<AcceptancePlan, "key"> & { validation: Validation };

function decryptQuoteKey({ id, provider, encrypted }: Quote): SecretText {
  try {
    return decryptPoolKey(vault(), { id, channel: { provider }, encrypted });
  } catch {
    // Its master key is gone: the key itself has to come again.
    throw new ScripError("quote_expired", "The key of this quote can't be read any more. Ask for a new quote.");
  }
}

async function findQuotaLeft(reader: Tx, ctx: Ctx, { userId, topUpOf }: QuoteToRedeem): Promise<Nanos | null> {
  if (topUpOf === null) return null;
  const { poolKeyId } = await requireOwn(reader, { userId, contributionId: topUpOf });
  return (await getPoolKey(reader, ctx, { poolKeyId })).quotaLeftNanos;
}

/**
 * Whether a quote could be accepted, before its provider is asked once more. Nothing is changed; `baseUrls` are providers'
 * addresses from the environment.
 *
 * Errors: as `requireAcceptable`; `not_found` for a contribution that isn't one's own; `provider_not_allowed`;
 * `rate_limit_exceeded`; `duplicate_key`; `quote_expired` where its key doesn't decrypt any more.
 */
export async function planAcceptance(
  reader: Tx,
  ctx: Ctx,
  input: QuoteToRedeem,
  baseUrls: ReadonlyMap<string, string>,
): Promise<AcceptancePlan> {
  const leftNanos = await findQuotaLeft(reader, ctx, input);
  const quote = requireAcceptable(await readQuote(reader, input.userId, input.quoteId), input, ctx.nowMs);
  const policy = await findPolicy(reader, await readSettings(reader), quote.provider);
  const { upstreamModel } = await findReference(reader, ctx, policy);
  const address = addressOf(policy, baseUrls);
  if (input.topUpOf === null) {
    await requireDailyLimit(reader, ctx, input.userId, policy.settings.contributions_per_day);
    if (await isKeyInPool(reader, quote.fingerprints)) {
      // Perhaps by this quote, which was accepted a moment ago.
      requireAcceptable(await readQuote(reader, input.userId, input.quoteId), input, ctx.nowMs);
      throw new ScripError("duplicate_key", "This key has been contributed already.");
    }
  }
  const key = { adapter: policy.adapter, address, upstreamModel, secret: decryptQuoteKey(quote), nowMs: ctx.nowMs };
  return { key, host: upstreamHostOf(address.baseUrl), leftNanos };
}

/**
 * A quote as it is accepted: of its quota and its worth the smaller of what was quoted and what holds now, by what the provider
 * says now and under the cards and the fee in force. It is proven where both validations proved it.
 *
 * Units: nanodollars, microcredits. Rounding: as `valueQuota`. Errors: as `requireValid`; `quota_too_small`.
 */
export function revalueQuote(
  quote: Quote,
  revalidation: Revalidation,
  { reference, policy }: { reference: ReferenceRequest; policy: Policy },
): Quote {
  const { balanceNanos, accountId } = requireValid(revalidation.validation, quote.provider);
  const present =
    balanceNanos === null
      ? quote.quotaNanos
      : balanceNanos + quote.validationCostNanos - (revalidation.leftNanos ?? ZERO_NANOS);
  if (present <= 0n) throw tooSmall();
  const quotaNanos = present < quote.quotaNanos ? nanos(present) : quote.quotaNanos;
  const { contribution_fee: feeShare } = policy.settings;
  const { netMicros, ...worth } = valueQuota(quotaNanos, reference, feeShare);
  if (netMicros <= 0n) throw tooSmall();
  const isLess = netMicros < micros(quote.grossMicros - quote.feeMicros);
  const reported = accountId === null ? [] : accountFingerprints(revalidation.host, accountId);
  const known = new Set(quote.accountFingerprints.map((fingerprint) => Buffer.from(fingerprint).toString("hex")));
  return {
    ...quote,
    quotaNanos,
    ...(isLess && { ...worth, feeShare }),
    isProven: quote.isProven && balanceNanos !== null,
    accountFingerprints: [
      ...quote.accountFingerprints,
      ...reported.filter((fingerprint) => !known.has(Buffer.from(fingerprint).toString("hex"))),
    ],
  };
}

/** What a quote grants: its worth less the fee. Units: microcredits. */
export const netOf = ({ grossMicros, feeMicros }: Pick<Quote, "grossMicros" | "feeMicros">): Micros =>
  micros(grossMicros - feeMicros);

/**
 * Grant what a quote is worth to the owner of the contribution that redeemed it, once a quote. The contribution counts it
 * already, so that what it allows may be spent in advance. Units: microcredits.
 */
export async function grantQuote(
  tx: Tx,
  ctx: Ctx,
  input: { quote: Quote; contribution: { id: Uuid; walletId: bigint }; settings: AdvanceTerms; memo?: string },
): Promise<void> {
  const { quote, contribution, settings, memo } = input;
  const { grossMicros, feeMicros } = quote;
  await setAdvance(tx, ctx, [contribution.walletId], settings);
  await grantContribution(tx, ctx, {
    scope: "contribution",
    key: quote.id,
    requestHash: createHash("sha256").update(`${quote.id} ${grossMicros} ${feeMicros}`).digest(),
    transfer: newUuid(ctx.nowMs),
    wallet: contribution.walletId,
    refType: "contribution",
    refId: toPublicId("contribution", contribution.id),
    memo,
    netMicros: netOf(quote),
    feeMicros,
  });
}

/** `revalidation` was made right before, outside the transaction. */
type ContributeInput = { userId: Uuid; walletId: bigint; quoteId: Uuid; attest: boolean; revalidation: Revalidation };

const sameAccount = (): ScripError =>
  new ScripError("duplicate_key", "A key of the same account has been contributed already.");

/** Every fingerprint of the account that the quote knew or the provider reports now. */
function accountsOf({ accountFingerprints }: Quote, { host, validation }: Revalidation): Uint8Array[] {
  const accountId = validation.outcome === "valid" ? validation.accountId : null;
  return accountId === null
    ? [...accountFingerprints]
    : [...accountFingerprints, ...knownAccountFingerprints(host, accountId)];
}

type KeyToAdd = { quote: Quote; policy: Policy; contributionId: Uuid; revalidation: Revalidation };

async function addKey(tx: Tx, ctx: Ctx, { quote, policy, contributionId, revalidation }: KeyToAdd): Promise<void> {
  const { id, provider, encrypted, fingerprints, hint, quotaNanos, userId, isProven: isUnderAdvance } = quote;
  const owner = { id: userId, contributionId };
  const key = {
    id,
    channelId: policy.channel.id,
    provider,
    owner,
    encrypted,
    fingerprints,
    hint,
    quotaNanos,
    isUnderAdvance,
  };
  await addContributedKey(tx, ctx, key);
  // The provider is locked from here on: what is counted now can't change before this commits.
  if (await hasAccount(tx, accountsOf(quote, revalidation))) throw sameAccount();
}

/**
 * Contribute the key of a quote: it joins the pool, and its owner is granted its worth less the fee, unvested. It is worth the
 * smaller of what was quoted and what the revalidation says.
 *
 * Errors: as `redeemQuote` and `revalueQuote`; `provider_not_allowed`, `pool_full`, `rate_limit_exceeded` and `duplicate_key` as a
 * quote's, since much may have happened meanwhile.
 */
export async function contribute(tx: Tx, ctx: Ctx, input: ContributeInput): Promise<ContributionView> {
  const { userId, walletId } = input;
  const settings = await holdSettings(tx);
  const quoted = await redeemQuote(tx, ctx, { ...input, topUpOf: null });
  const policy = await findPolicy(tx, settings, quoted.provider);
  const quote = revalueQuote(quoted, input.revalidation, { policy, reference: await findReference(tx, ctx, policy) });
  const id = newUuid(ctx.nowMs);
  await addKey(tx, ctx, { quote, policy, contributionId: id, revalidation: input.revalidation });
  const netMicros = netOf(quote);
  await requireDailyLimit(tx, ctx, userId, settings.contributions_per_day);
  await requireCapacity(tx, policy, { userId, quotaNanos: quote.quotaNanos, netMicros });
  const { provider, isProven, accountFingerprints, quotaNanos, grossMicros, feeMicros, feeShare } = quote;
  const owner = { id, userId, walletId, quoteId: quote.id, poolKeyId: quote.id, provider };
  const worth = { isProven, quotaNanos, grossMicros, feeMicros, feeShare, netMicros };
  const contribution = { ...owner, ...worth, accountFingerprints, nowMs: ctx.nowMs };
  if (!(await insertContribution(tx, contribution))) throw sameAccount();
  await grantQuote(tx, ctx, { quote, contribution: { id, walletId }, settings });
  return getContribution(tx, ctx, { userId, contributionId: id });
}
