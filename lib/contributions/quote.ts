import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { SupplierAddress } from "../http";
import { newUuid, type Uuid } from "../ids";
import { type Micros, type Nanos, nanos, ZERO_NANOS } from "../money";
import {
  getPoolKey,
  isKeyInPool,
  isSameKey,
  knownKeyFingerprints,
  type NewKey,
  type Reencrypted,
  reencryptKeys,
  encryptNewKey,
} from "../pool";
import { upstreamHostOf } from "../providers";
import { readSettings } from "../settings";
import { type SecretText, vault } from "../vault";
import type { Contribution } from "./contribution.store";
import { findContribution, hasAccount } from "./contribution.store";
import {
  accountFingerprints,
  knownAccountFingerprints,
  requireValid,
  tooSmall,
  type Validation,
} from "./key-validation";
import {
  addressOf,
  findPolicy,
  findReference,
  type Policy,
  type Reference,
  requireDailyLimit,
  requireCapacity,
} from "./policy";
import { findQuoteFacts, insertQuote, lockQuotesUnderOthers, replaceQuoteKey, deleteExpiredKeys } from "./quote.store";
import { validationCostOf, valueQuota } from "./valuation";

/** A quote of one's own: to be accepted, or over, because it was used or has expired. */
type FoundQuote = { outcome: "open"; provider: string; topUpOf: Uuid | null; quote: QuoteView } | { outcome: "over" };

/** Find a quote of an account. Null where there is none, or it is another's. Units: microcredits. */
export async function findQuote(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; quoteId: Uuid },
): Promise<FoundQuote | null> {
  const facts = await findQuoteFacts(reader, input.userId, input.quoteId);
  if (!facts) return null;
  const { provider, topUpOf, isUsed, ...quote } = facts;
  if (isUsed || quote.expiresMs <= ctx.nowMs) return { outcome: "over" };
  return { outcome: "open", provider, topUpOf, quote };
}

export type QuoteInput = {
  userId: Uuid;
  provider: string;
  secret: SecretText;
  /** What its owner says that it may be used for. */
  declaredNanos: Nanos | null;
  /** The contribution that it already is, to be topped up. */
  topUpOf: Uuid | null;
};

/** A quote before the provider was asked: its key is encrypted, and nothing is stored. */
type QuotePlan = {
  id: Uuid;
  userId: Uuid;
  provider: string;
  policy: Policy;
  reference: Reference;
  address: SupplierAddress;
  newKey: NewKey;
  declaredNanos: Nanos | null;
  topUp: { contribution: Contribution; leftNanos: Nanos } | null;
};

async function planTopUp(reader: Tx, ctx: Ctx, input: QuoteInput): Promise<QuotePlan["topUp"]> {
  if (input.topUpOf === null) return null;
  const contribution = await findContribution(reader, input.topUpOf);
  if (contribution?.userId !== input.userId) throw new ScripError("not_found", "You have no such contribution.");
  if (contribution.state !== "open") {
    throw new ScripError(
      "state_conflict",
      `This contribution is ${contribution.state} and can't be topped up any more.`,
    );
  }
  const { quotaLeftNanos } = await getPoolKey(reader, ctx, { poolKeyId: contribution.poolKeyId });
  if (quotaLeftNanos === null) throw new ScripError("state_conflict", "The quota of this contribution isn't known.");
  return { contribution, leftNanos: quotaLeftNanos };
}

/**
 * Whether a key could be contributed, before its provider is asked: policy, limits, and that nobody did so before. Encrypts
 * the key; `baseUrls` are providers' addresses from the environment.
 *
 * Errors: `provider_not_allowed` with the provider's note; `rate_limit_exceeded`; `duplicate_key` where the key is in the
 * pool, whoever brought it; for a top-up `not_found`, `state_conflict`, or `key_invalid` where it isn't its key.
 */
export async function planQuote(
  reader: Tx,
  ctx: Ctx,
  input: QuoteInput,
  baseUrls: ReadonlyMap<string, string>,
): Promise<QuotePlan> {
  const { userId, provider, secret, declaredNanos } = input;
  const policy = await findPolicy(reader, await readSettings(reader), provider);
  const reference = await findReference(reader, ctx, policy);
  const address = addressOf(policy, baseUrls);
  await requireDailyLimit(reader, ctx, userId, policy.settings.contributions_per_day);
  const topUp = await planTopUp(reader, ctx, input);
  const id = newUuid(ctx.nowMs);
  const newKey = encryptNewKey({ id, provider, secret });
  const fingerprints = knownKeyFingerprints(provider, secret);
  const isKnown = await isKeyInPool(reader, fingerprints);
  if (isKnown && !topUp) throw new ScripError("duplicate_key", "This key has been contributed already.");
  if (topUp && !(await isSameKey(reader, topUp.contribution.poolKeyId, fingerprints))) {
    throw new ScripError("key_invalid", "This isn't the key of that contribution.");
  }
  return { id, userId, provider, policy, reference, address, newKey, declaredNanos, topUp };
}

/** How long a quote can be used. */
const QUOTE_MS = 30 * 60_000;

/** What a key would be worth. Units: requests, microcredits. */
export type QuoteView = {
  id: Uuid;
  requests: bigint;
  grossMicros: Micros;
  feeMicros: Micros;
  netMicros: Micros;
  isProven: boolean;
  expiresMs: number;
};

/** What is reported, else what is declared; with both, the smaller. A top-up counts what was added to it only. */
function quotaOf({ topUp, declaredNanos }: QuotePlan, balanceNanos: Nanos | null): Nanos {
  const reported = balanceNanos === null || !topUp ? balanceNanos : nanos(balanceNanos - topUp.leftNanos);
  if (reported === null) {
    if (declaredNanos !== null) return declaredNanos;
    throw new ScripError(
      "quota_unknown",
      "The provider doesn't say what is left on this key. Say what it may be used for: `declared_usd`.",
    );
  }
  return declaredNanos !== null && declaredNanos < reported ? declaredNanos : reported;
}

/**
 * Quote what a key would be worth, by what its provider said of it. The quote holds the key, encrypted, for 30 minutes.
 *
 * Errors: `key_invalid`, `quota_unknown`, `quota_too_small`, `unavailable` by what the provider said; `duplicate_key` where
 * another key of the same account was contributed; `pool_full`.
 */
export async function quoteContribution(
  tx: Tx,
  ctx: Ctx,
  input: { plan: QuotePlan; validation: Validation },
): Promise<QuoteView> {
  const { plan } = input;
  const { provider, policy, newKey } = plan;
  const { balanceNanos: before, balanceAfterNanos: after, accountId } = requireValid(input.validation, provider);
  // What was spent elsewhere meanwhile is gone; what the validation itself took is counted.
  const validationCostNanos = before === null ? ZERO_NANOS : validationCostOf(before, after, plan.reference);
  const balanceNanos =
    before !== null && after !== null && after < before ? nanos(after + validationCostNanos) : before;
  const host = upstreamHostOf(plan.address.baseUrl);
  if (!plan.topUp && accountId !== null && (await hasAccount(tx, knownAccountFingerprints(host, accountId)))) {
    throw new ScripError("duplicate_key", "A key of the same account has been contributed already.");
  }
  const quotaNanos = quotaOf(plan, balanceNanos);
  const valuation = valueQuota(quotaNanos, plan.reference, policy.settings.contribution_fee);
  if (valuation.netMicros <= 0n) throw tooSmall();
  await requireCapacity(tx, policy, { userId: plan.userId, quotaNanos, netMicros: valuation.netMicros });
  const { netMicros, ...worth } = valuation;
  const quote = {
    id: plan.id,
    userId: plan.userId,
    provider,
    quotaNanos,
    validationCostNanos,
    ...worth,
    feeShare: policy.settings.contribution_fee,
    ...newKey,
    accountFingerprints: accountId === null ? [] : accountFingerprints(host, accountId),
    topUpOf: plan.topUp?.contribution.id ?? null,
    baseQuotaNanos: plan.topUp?.contribution.quotaNanos ?? null,
    isProven: accountId !== null && balanceNanos !== null,
    expiresMs: ctx.nowMs + QUOTE_MS,
  };
  await insertQuote(tx, quote, ctx.nowMs);
  const { id, isProven, expiresMs } = quote;
  return { id, ...worth, netMicros, isProven, expiresMs };
}

/**
 * Re-encrypt the keys that quotes in force still hold under the active master key, so that they can be contributed once the
 * old one is gone. One that doesn't decrypt is left as it is and named; its quote expires within half an hour.
 */
export async function rotateQuotes(tx: Tx, ctx: Ctx): Promise<Reencrypted> {
  const quotes = await lockQuotesUnderOthers(tx, vault().masterKeys.activeId, ctx.nowMs);
  return reencryptKeys(quotes, (id, key) => replaceQuoteKey(tx, id, key));
}

/** Delete the keys that expired quotes hold. Returns how many there were. */
export const purgeQuotes = (tx: Tx, ctx: Pick<Ctx, "nowMs">): Promise<number> => deleteExpiredKeys(tx, ctx.nowMs);
