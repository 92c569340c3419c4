import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import { nanos, type Micros, type Nanos, ZERO_NANOS } from "../money";
import { upstreamHostOf } from "../providers";
import { accountPrints, knownAccountPrints } from "./account-prints";
import { hasAccount } from "./contribution.store";
import type { QuotePlan } from "./plan-quote";
import { lookCostOf, requireValid, tooSmall } from "./present-worth";
import { insertQuote } from "./quote.store";
import { requireRoom } from "./require-room";
import type { Validation } from "./validate-key";
import { valueQuota } from "./value-quota";

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
 * Quote what a key would be worth, by what its provider said of it. The quote holds the key, sealed, for 30 minutes.
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
  // What was spent elsewhere during the look isn't there any more; what the look itself took is.
  const lookNanos = before === null ? ZERO_NANOS : lookCostOf(before, after, plan.reference);
  const balanceNanos = before !== null && after !== null && after < before ? nanos(after + lookNanos) : before;
  const host = upstreamHostOf(plan.address.baseUrl);
  if (!plan.topUp && accountId !== null && (await hasAccount(tx, knownAccountPrints(host, accountId)))) {
    throw new ScripError("duplicate_key", "A key of the same account has been contributed already.");
  }
  const quotaNanos = quotaOf(plan, balanceNanos);
  const valuation = valueQuota(quotaNanos, plan.reference, policy.settings.contribution_fee);
  if (valuation.netMicros <= 0n) throw tooSmall();
  await requireRoom(tx, policy, { userId: plan.userId, quotaNanos, netMicros: valuation.netMicros });
  const { netMicros, ...worth } = valuation;
  const quote = {
    id: plan.id,
    userId: plan.userId,
    provider,
    quotaNanos,
    lookNanos,
    ...worth,
    feeShare: policy.settings.contribution_fee,
    ...newKey,
    accountPrints: accountId === null ? [] : accountPrints(host, accountId),
    topUpOf: plan.topUp?.contribution.id ?? null,
    baseQuotaNanos: plan.topUp?.contribution.quotaNanos ?? null,
    isProven: accountId !== null && balanceNanos !== null,
    expiresMs: ctx.nowMs + QUOTE_MS,
  };
  await insertQuote(tx, quote, ctx.nowMs);
  const { id, isProven, expiresMs } = quote;
  return { id, ...worth, netMicros, isProven, expiresMs };
}
