import { rateOf } from "@/app/_components/model-view";
import { type Card, type CardRate, type CardTier, INPUT_KINDS, OUTPUT_KINDS, type TokenKind } from "@/lib/catalog";
import { type Decimal, formatDecimal, divideHalfUp } from "@/lib/money";

export type TokenMeter = "input_tokens" | "output_tokens";
export type PlainKind = "input" | "output" | TokenKind;

/** What a kind of tokens costs. Units: credits as decimal text. `above` is set for what long requests cost. */
export type TokenLine = { kind: PlainKind; above: Above | null; thousand: string; million: string };
/** A request is long when it has more than so much of a meter. Units: as the meter counts, as decimal text. */
export type Above = { meter: TokenMeter; amount: string; isIncluded: boolean };

const PLACES = 9;
const ONE: Decimal = { digits: 1n, scale: 0 };
const QUANTITIES = { thousand: 1_000n, million: 1_000_000n } as const;

/** What so many tokens cost. Rounding: half up to nine places, for showing only. */
function costOf(rate: CardRate, quantity: bigint, factors: Decimal[]): string {
  const digits = factors.reduce((product, factor) => product * factor.digits, rate.amount.digits * quantity);
  const scale = factors.reduce((sum, factor) => sum + factor.scale, rate.amount.scale);
  const dividend = digits * 10n ** BigInt(rate.per.scale + PLACES);
  return formatDecimal(divideHalfUp(dividend, rate.per.digits * 10n ** BigInt(scale)), PLACES);
}

const isTokenMeter = (meter: string): meter is TokenMeter => meter === "input_tokens" || meter === "output_tokens";

function linesOf(card: Card, meter: TokenMeter, tier: CardTier | null): TokenLine[] {
  const rate = rateOf(card, meter);
  const times = tier ? tier.times[meter] : ONE;
  if (!rate || !times || (tier && !isTokenMeter(tier.meter))) return [];
  const [plain, kinds]: [PlainKind, readonly TokenKind[]] =
    meter === "input_tokens" ? ["input", INPUT_KINDS] : ["output", OUTPUT_KINDS];
  const multiples: [PlainKind, Decimal][] = [
    [plain, ONE],
    ...kinds.flatMap((kind): [PlainKind, Decimal][] => {
      const multiple = card.multiples[kind];
      return multiple ? [[kind, multiple]] : [];
    }),
  ];
  const start = tier?.above ?? tier?.from;
  const above =
    start && tier && isTokenMeter(tier.meter)
      ? { meter: tier.meter, amount: formatDecimal(start.digits, start.scale), isIncluded: tier.from !== undefined }
      : null;
  return multiples.map(([kind, multiple]) => ({
    kind,
    above,
    thousand: costOf(rate, QUANTITIES.thousand, [multiple, times]),
    million: costOf(rate, QUANTITIES.million, [multiple, times]),
  }));
}

/** What each kind of tokens costs by a card, first in ordinary requests, then in long ones. */
export function tokenLines(card: Card): TokenLine[] {
  return [null, ...card.tiers].flatMap((tier) => [
    ...linesOf(card, "input_tokens", tier),
    ...linesOf(card, "output_tokens", tier),
  ]);
}
