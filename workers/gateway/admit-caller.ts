import { isFor, priceCardAt } from "../../lib/catalog";
import { ScripError } from "../../lib/errors";
import { credits } from "../../lib/http";
import type { Balance } from "../../lib/ledger";
import { hasStoredReply } from "../../lib/idempotency";
import { isFree } from "../../lib/pricing";
import { requireGoodStanding } from "./admit";
import type { Caller } from "./authenticate";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { Protocol } from "./protocol";
import { type Admission, allowanceOf } from "./rates";
import { replyKeyOf } from "./idempotency";
import { addCredits, inDebt } from "./refusals";

/** A balance that refuses nobody, at most a second old, or one that was read just now; null where none can be read. */
async function balanceOf({ balances }: Gateway, { user }: Caller): Promise<Balance | null> {
  try {
    const recent = await balances.recent(user.walletId);
    const isGood = recent.debtMicros === 0n && recent.spendableMicros > 0n;
    return isGood ? recent : await balances.now(user.walletId);
  } catch {
    return null; // the reservation finds out, or says that it can't
  }
}

/** Whether the key may call any model that costs nothing. Which one a body names isn't known before it is read. */
function mayCallFree(
  { config }: Gateway,
  { capability }: Protocol,
  { arrivedMs }: RequestContext,
  { key }: Caller,
): boolean {
  return [...config.catalogue().models.values()].some((model) => {
    if (!model.enabled || !isFor(model, capability)) return false;
    if (key.models.length > 0 && !key.models.includes(model.id)) return false;
    const price = priceCardAt(model, arrivedMs);
    return price !== null && isFree(price.card);
  });
}

async function hasReply({ database }: Gateway, context: RequestContext, { user }: Caller): Promise<boolean> {
  const place = replyKeyOf(context);
  if (!place) return false;
  // Where that can't be read, the claim can't be either, and says so.
  return hasStoredReply(database.reader, { userId: user.id, ...place }, context.arrivedMs).catch(() => true);
}

/** What the key pays with: credits, but for one that pays by request alone. */
function nothingToSpend(gateway: Gateway, { key }: Caller, balance: Balance | null): ScripError | null {
  if (key.billingMode === "count") {
    // A request balance, which nothing fills yet.
    const message = "This API key has no requests left. Buy a pack of requests or bill it by token.";
    return new ScripError("insufficient_requests", message);
  }
  if (!balance || balance.spendableMicros > 0n) return null;
  const message = `Insufficient credits: 0 available. ${addCredits(gateway)} to send a request of this size.`;
  return new ScripError("insufficient_credits", message, {
    members: { available: credits(balance.spendableMicros), top_up_url: gateway.buyUrl },
  });
}

/**
 * Let the caller of a large body in before more of it is read: standing, debt, rates, something to spend, in this order.
 * The request has its place among those under way from here on, and isn't counted again.
 *
 * Errors: `ScripError` forbidden, account_suspended, unavailable, account_in_debt, rate_limit_exceeded, concurrency_limit,
 * insufficient_credits, insufficient_requests.
 */
export async function admitCaller(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  caller: Caller,
): Promise<Admission> {
  requireGoodStanding(gateway, caller);
  const balance = await balanceOf(gateway, caller);
  if (balance && balance.debtMicros > 0n) throw inDebt(gateway, balance.debtMicros);
  const admission = await gateway.rates.admit(caller, allowanceOf(caller, gateway.config.settings()), 0);
  const refusal = nothingToSpend(gateway, caller, balance);
  if (!refusal || mayCallFree(gateway, protocol, context, caller)) return admission;
  if (await hasReply(gateway, context, caller)) return admission;
  admission.end(0);
  throw refusal;
}
