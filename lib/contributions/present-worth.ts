import { ScripError } from "../errors";
import { divideUp, micros, nanos, type Nanos, NANOS_PER_USD, ZERO_NANOS } from "../money";
import { accountPrints } from "./account-prints";
import type { Policy } from "./find-policy";
import type { SecondLook } from "./plan-acceptance";
import type { Quote } from "./quote.store";
import type { Validation } from "./validate-key";
import { type ReferenceRequest, valueQuota } from "./value-quota";

/** That what is left on a key pays for no request. */
export const tooSmall = (): ScripError =>
  new ScripError("quota_too_small", "There is too little left on this key to be worth a request.");

/** A validation that lets a key be contributed. Errors: `key_invalid`, `quota_too_small`, `unavailable` by what it found. */
export function requireValid(validation: Validation, provider: string): Extract<Validation, { outcome: "valid" }> {
  switch (validation.outcome) {
    case "valid":
      return validation;
    case "no_money":
      throw tooSmall();
    case "invalid":
      throw new ScripError("key_invalid", `${provider} doesn't accept this key. Check that it is whole, and active.`);
    case "unavailable":
      throw new ScripError("unavailable", `${provider} can't be asked about this key at the moment. Try again later.`, {
        retryAfterS: 60,
      });
  }
}

/**
 * What our own look took from a balance that was told before and after it: at most the cost of a reference request, so that what
 * is spent elsewhere at that moment isn't taken for ours. Units: nanodollars. Rounding: up, of that cost.
 */
export function lookCostOf(before: Nanos, after: Nanos | null, { cost }: ReferenceRequest): Nanos {
  if (after === null || after >= before) return ZERO_NANOS;
  const [taken, most] = [before - after, divideUp(cost.num * NANOS_PER_USD, cost.den)];
  return nanos(taken < most ? taken : most);
}

/**
 * A quote as it is accepted: of its quota and its worth the smaller of what was quoted and what holds now, by what the provider
 * says now and under the cards and the fee in force. It is proven where both looks proved it.
 *
 * Units: nanodollars, microcredits. Rounding: as `valueQuota`. Errors: as `requireValid`; `quota_too_small`.
 */
export function presentWorth(
  quote: Quote,
  look: SecondLook,
  { reference, policy }: { reference: ReferenceRequest; policy: Policy },
): Quote {
  const { balanceNanos, accountId } = requireValid(look.validation, quote.provider);
  const present =
    balanceNanos === null ? quote.quotaNanos : balanceNanos + quote.lookNanos - (look.leftNanos ?? ZERO_NANOS);
  if (present <= 0n) throw tooSmall();
  const quotaNanos = present < quote.quotaNanos ? nanos(present) : quote.quotaNanos;
  const { contribution_fee: feeShare } = policy.settings;
  const { netMicros, ...worth } = valueQuota(quotaNanos, reference, feeShare);
  if (netMicros <= 0n) throw tooSmall();
  const isLess = netMicros < micros(quote.grossMicros - quote.feeMicros);
  const told = accountId === null ? [] : accountPrints(look.host, accountId);
  const known = new Set(quote.accountPrints.map((print) => Buffer.from(print).toString("hex")));
  return {
    ...quote,
    quotaNanos,
    ...(isLess && { ...worth, feeShare }),
    isProven: quote.isProven && balanceNanos !== null,
    accountPrints: [...quote.accountPrints, ...told.filter((print) => !known.has(Buffer.from(print).toString("hex")))],
  };
}
