import { INPUT_KINDS, OUTPUT_KINDS, type Card, type Meter, type TokenKind } from "../catalog";
import { assert } from "../errors";
import { parseDecimal } from "../money";
import { ONE, ratioOf, ZERO, type Ratio } from "./ratio";
import type { Usage } from "./usage";

/** Some of a meter that is priced alike: tokens of one kind, or what is left when the kinds are taken off. */
export type Part = { kind: TokenKind | null; quantity: Ratio; multiple: Ratio };

/** How much of a meter was used. Errors: an assertion for what is no quantity; adapters let none through. */
export function quantityOf(usage: Usage, meter: Meter): Ratio {
  const used = usage.meters[meter];
  if (used === undefined) return meter === "requests" ? ONE : ZERO;
  const decimal = parseDecimal(String(used));
  assert(decimal && decimal.digits >= 0n, `no quantity of ${meter}: ${used}`);
  return ratioOf(decimal);
}

/** What a token of that kind counts; 1 where the card doesn't say. */
export function multipleOf(card: Card, kind: TokenKind): Ratio {
  const multiple = card.multiples[kind] ?? (kind === "cache" ? card.multiples.cache_read : undefined);
  return multiple ? ratioOf(multiple) : ONE;
}

const KINDS: Partial<Record<Meter, readonly TokenKind[]>> = { input_tokens: INPUT_KINDS, output_tokens: OUTPUT_KINDS };

/**
 * A meter of tokens in parts that don't overlap: each kind takes its tokens from what the kinds before it left.
 *
 * `isCapped` says that a kind claimed more than was left. Kinds that the card doesn't price apart stay in the rest.
 */
export function partsOf(card: Card, usage: Usage, meter: Meter): { parts: Part[]; isCapped: boolean } {
  const total = quantityOf(usage, meter);
  let [left, rest, isCapped] = [total.num, total.num, false];
  const parts: Part[] = [];
  for (const kind of KINDS[meter] ?? []) {
    const named = usage.kinds[kind] ?? 0;
    assert(Number.isSafeInteger(named) && named >= 0, `no number of ${kind} tokens: ${named}`);
    const claimed = BigInt(named) * total.den;
    const taken = claimed > left ? left : claimed;
    isCapped ||= claimed > left;
    left -= taken;
    const multiple = multipleOf(card, kind);
    if (taken === 0n || multiple === ONE) continue;
    rest -= taken;
    parts.push({ kind, quantity: { num: taken, den: total.den }, multiple });
  }
  return { parts: [{ kind: null, quantity: { num: rest, den: total.den }, multiple: ONE }, ...parts], isCapped };
}
