import { INPUT_KINDS, OUTPUT_KINDS, type Card, type CardTier, type Meter, type TokenKind } from "../catalog";
import type { Decimal } from "../money";
import { multipleOf, quantityOf } from "./quantity";
import { rate } from "./rate";
import { compare, ONE, ratioOf } from "./ratio";
import type { Rating } from "./rating";
import type { RequestFacts, Usage } from "./usage";

/**
 * The most that a request may use.
 *
 * `outputTokens` is that of one choice, `choices` how many were asked for. A meter that `meters` doesn't name counts as
 * not used (`requests` as 1): name every one that the protocol can bound.
 */
export type Bounds = { inputTokens: number; outputTokens: number; choices: number; meters?: Usage["meters"] };

/** The kind whose tokens count most, or `null` where none counts more than 1. */
function dearestOf(card: Card, kinds: readonly TokenKind[]): TokenKind | null {
  return kinds.reduce<TokenKind | null>((dearest, kind) => {
    const multiple = dearest ? multipleOf(card, dearest) : ONE;
    return compare(multipleOf(card, kind), multiple) > 0 ? kind : dearest;
  }, null);
}

/** All tokens are of the dearest kind: no mixture of kinds costs more. */
function dearestUsage(card: Card, { inputTokens, outputTokens, choices, meters }: Bounds): Usage {
  const output = outputTokens * choices;
  const [inputKind, outputKind] = [dearestOf(card, INPUT_KINDS), dearestOf(card, OUTPUT_KINDS)];
  return {
    meters: { ...meters, input_tokens: inputTokens, output_tokens: output },
    kinds: { ...(inputKind && { [inputKind]: inputTokens }), ...(outputKind && { [outputKind]: output }) },
  };
}

/** One step that always applies, with the largest factor that each meter can reach: less usage may sit on a dearer step. */
function dearestTier(card: Card, usage: Usage): CardTier {
  const reachable = card.tiers.filter(({ meter, above }) => compare(quantityOf(usage, meter), ratioOf(above)) > 0);
  const times: Partial<Record<Meter, Decimal>> = {};
  for (const { meter } of card.rates) {
    for (const tier of reachable) {
      const [factor, largest] = [tier.times[meter], times[meter]];
      if (factor && compare(ratioOf(factor), largest ? ratioOf(largest) : ONE) > 0) times[meter] = factor;
    }
  }
  return { meter: "requests", above: { digits: 0n, scale: 0 }, times };
}

/**
 * The rating that no usage within the bounds exceeds, for the reservation: the largest multiple and tier, the request's
 * own fields, and the number of choices and images asked for.
 */
export function worstCase(card: Card, bounds: Bounds, facts: RequestFacts): Rating {
  const usage = dearestUsage(card, bounds);
  return rate({ ...card, tiers: [dearestTier(card, usage)] }, usage, facts);
}
