import { type Card, INPUT_KINDS, OUTPUT_KINDS, type TokenKind } from "../catalog";
import type { Micros } from "../money";
import { chargeOf, type Factor } from "./charge";
import { isReached, multipleOf, rate } from "./rate";
import type { Rating, RequestFacts, Usage } from "./rating";
import { compare, ONE } from "./ratio";

/**
 * The most that a request may use.
 *
 * `outputTokens` is that of one choice, `choices` how many were asked for. A meter that `meters` doesn't name counts as
 * not used (`requests` as 1): name every one that the protocol can bound.
 */
export type Bounds = { inputTokens: number; outputTokens: number; choices: number; meters?: Usage["meters"] };

/** The kind whose tokens count most, or `null` where none counts more than 1. */
function maxDecimal(card: Card, kinds: readonly TokenKind[]): TokenKind | null {
  return kinds.reduce<TokenKind | null>((dearest, kind) => {
    const multiple = dearest ? multipleOf(card, dearest) : ONE;
    return compare(multipleOf(card, kind), multiple) > 0 ? kind : dearest;
  }, null);
}

/** All tokens are of the dearest kind: no mixture of kinds costs more. */
function mostExpensiveUsage(card: Card, { inputTokens, outputTokens, choices, meters }: Bounds): Usage {
  const output = outputTokens * choices;
  const [inputKind, outputKind] = [maxDecimal(card, INPUT_KINDS), maxDecimal(card, OUTPUT_KINDS)];
  return {
    meters: { ...meters, input_tokens: inputTokens, output_tokens: output },
    kinds: { ...(inputKind && { [inputKind]: inputTokens }), ...(outputKind && { [outputKind]: output }) },
  };
}

const dearer = (one: Rating, other: Rating): Rating =>
  one.outcome === "rated" && other.outcome === "rated" && compare(other.total, one.total) > 0 ? other : one;

/**
 * The rating that no usage within the bounds exceeds, for the reservation: the largest multiple and tier, the request's
 * own fields, and the number of choices and images asked for.
 */
export function worstCase(card: Card, bounds: Bounds, facts: RequestFacts): Rating {
  const usage = mostExpensiveUsage(card, bounds);
  const onSteps = card.tiers.filter((tier) => isReached(tier, usage)).map((tier) => rate(card, usage, facts, tier));
  return onSteps.reduce(dearer, rate(card, usage, facts, null));
}

export type Affordable = { card: Card; bounds: Bounds; facts: RequestFacts; factors: readonly Factor[] };

/**
 * How many output tokens for each choice a budget can pay at the worst, at most those of the bounds.
 *
 * Returns `null` where it can't pay for none at all, or the request is unpriced. Rounding: down, to a whole token.
 */
export function outputTokensAffordable(request: Affordable, budgetMicros: Micros): number | null {
  const { card, bounds, facts, factors } = request;
  const canPay = (outputTokens: number): boolean => {
    const rating = worstCase(card, { ...bounds, outputTokens }, facts);
    return rating.outcome === "rated" && chargeOf(rating, factors, card.chargeUnit).chargeMicros <= budgetMicros;
  };
  if (!canPay(0)) return null;
  let [payable, over] = [0, bounds.outputTokens + 1];
  while (over - payable > 1) {
    const middle = Math.floor((payable + over) / 2);
    if (canPay(middle)) payable = middle;
    else over = middle;
  }
  return payable;
}
