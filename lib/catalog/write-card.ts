import { decimal, toJson } from "../http";
import type { Decimal } from "../money";
import type { Card } from "./card";

const isDecimal = (value: object): value is Decimal => "digits" in value && "scale" in value;

function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  if (isDecimal(value)) return decimal(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toPlain(member)]));
}

/** Members in the order of their names: in which order somebody typed them says nothing. */
function sorted<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const orNothing = <T extends object>(part: T): T | undefined => (Object.keys(part).length > 0 ? part : undefined);

/** A card as the JSON API shows it, for `toJson`: parts it doesn't have left out, decimals exact. */
export function cardJson(card: Card): unknown {
  const { table } = card;
  return toPlain({
    rates: card.rates.map(({ meter, per, amount, min }) => ({ meter, per, amount, min })),
    multiples: orNothing(sorted(card.multiples)),
    fields: orNothing(card.fields.map(({ in: place, name, equals, times }) => ({ in: place, name, equals, times }))),
    table: table && {
      defaults: sorted(table.defaults),
      per: table.per,
      rows: table.rows.map(({ match, amount }) => ({ match: sorted(match), amount })),
      else: table.else,
    },
    tiers: orNothing(card.tiers.map(({ meter, above, times }) => ({ meter, above, times: sorted(times) }))),
    chargeUnit: card.chargeUnit,
  });
}

/** The card's canonical text: the same card always gives the same text. It is what is stored and hashed. */
export const writeCard = (card: Card): string => toJson(cardJson(card));
