import type { Card } from "@/lib/catalog";
import type { Micros } from "@/lib/money";
import { chargeOf, type ChargeLine, rate, type RequestFacts, type Usage } from "@/lib/pricing";

/** What a request that everybody can picture uses. Units: tokens, seconds, characters. */
const EXAMPLE = { inputTokens: 1_000, outputTokens: 500, seconds: 60, characters: 1_000 } as const;

/** The charge for an example of a request, and how it came about. */
export type ExampleCharge = { chargeMicros: Micros; lines: ChargeLine[] };

const USAGE: Usage = {
  meters: {
    requests: 1,
    input_tokens: EXAMPLE.inputTokens,
    output_tokens: EXAMPLE.outputTokens,
    seconds: EXAMPLE.seconds,
    megapixels: 1,
    images: 1,
    characters: EXAMPLE.characters,
  },
  kinds: {},
};

/** A body that holds values at dotted paths. */
function bodyOf(match: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(match)) {
    const names = path.split(".");
    const last = names.pop() ?? path;
    let place = body;
    for (const name of names) {
      const inner: Record<string, unknown> = {};
      place[name] = inner;
      place = inner;
    }
    place[last] = value;
  }
  return body;
}

const factsOf = (card: Card): RequestFacts => {
  const [first] = card.table?.rows ?? [];
  return { body: first ? bodyOf({ ...card.table?.defaults, ...first.match }) : {}, headers: {} };
};

/**
 * What an ordinary request costs by a card: 1,000 tokens in and 500 out, a minute, an image, or the first row of a table.
 *
 * `null` where the card has no price for it. Rounding: as every charge, up to the card's unit, once.
 */
export function exampleCharge(card: Card): ExampleCharge | null {
  const rated = rate(card, USAGE, factsOf(card));
  return rated.outcome === "rated" ? chargeOf(rated, [], card.chargeUnit) : null;
}
