import { decimal, toJson } from "../http";
import { type Decimal, formatDecimal, parseDecimal } from "../money";

/** What a request can be counted in. `calls:<tool>` counts calls of a paid tool. */
export type Meter =
  | "requests"
  | "input_tokens"
  | "output_tokens"
  | "seconds"
  | "megapixels"
  | "images"
  | "characters"
  | `calls:${string}`;

/** Kinds of tokens within a total that a card may price apart, in the order in which they are made disjoint. */
export const INPUT_KINDS = [
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "cache",
  "input_audio",
  "input_image",
] as const;
export const OUTPUT_KINDS = ["output_audio", "output_image", "reasoning"] as const;
export type TokenKind = (typeof INPUT_KINDS)[number] | (typeof OUTPUT_KINDS)[number];

/** `amount` for every `per` of the meter, at least for `min` of it. */
export type CardRate = { meter: Meter; per: Decimal; amount: Decimal; min?: Decimal };
/** A factor on the whole when a header or a body value (dotted path) equals something. */
export type CardField = { in: "header" | "body"; name: string; equals: string | number | boolean; times: Decimal };
/** Prices by request fields; the whole base when a card has one. */
export type CardTable = {
  defaults: Record<string, string | number | boolean>;
  per: "requests" | "images";
  rows: { match: Record<string, string | number | boolean>; amount: Decimal }[];
  else?: "rates";
};
/**
 * With so much of the raw meter, the named rates of the whole request are multiplied.
 *
 * The step begins `above` an amount, or `from` it: one of the two is set. `fields` are factors that take the place of the
 * card's own for the same field and value: suppliers rarely multiply a long context by a service tier.
 */
export type CardTier = {
  meter: Meter;
  above?: Decimal;
  from?: Decimal;
  times: Partial<Record<Meter, Decimal>>;
  fields?: CardField[];
};
/**
 * A factor on the whole at hours of the day, by the request's arrival in UTC: `from_hour` to before `to_hour`, over midnight
 * where it isn't the later one. `days` are those of the arrival, Monday 1 to Sunday 7; every day without. The first that fits applies.
 */
export type CardHours = { from_hour: number; to_hour: number; days?: number[]; times: Decimal };
/** Whose price list a cost card follows, and on which day (`2026-12-01`) it was last compared with it. */
export type CardSource = { name: string; checked: string };

/** How usage becomes an amount. Units: credits for a price card, US dollars for a cost card. */
export type Card = {
  rates: CardRate[];
  multiples: Partial<Record<TokenKind, Decimal>>;
  fields: CardField[];
  table?: CardTable;
  tiers: CardTier[];
  hours: CardHours[];
  source?: CardSource;
  /** Charges are whole multiples of it. Units: credits. */
  chargeUnit: Decimal;
};

/** A published, immutable version of a card. */
export type CardVersion = {
  id: bigint;
  modelId: string;
  kind: "price" | "cost";
  version: number;
  effectiveFromMs: number;
  card: Card;
};

/** A value of a request as a card or a list of bill fields may name it. Numbers and strings match alike. */
export type FieldValue = string | number | boolean;

/**
 * A request field known to change what the supplier bills. It may go upstream only where the card prices it.
 *
 * `name` is a header, or a dotted path into the body in which `*` stands for every element of a list. A field that is
 * absent or null changes nothing. Of the values given, those in `free` change nothing, and where `only` is set no others
 * than those do. A card prices the field by a multiplier or a table row for its value, by a rate on one of `meters`,
 * which count what the field causes, or by a multiple for one of `kinds`.
 */
export type BillField = {
  in: "header" | "body";
  name: string;
  free?: readonly FieldValue[];
  only?: readonly FieldValue[];
  meters?: readonly Meter[];
  kinds?: readonly TokenKind[];
};

/**
 * One text for all ways of writing a value: `5`, `"5"` and `"5.0"` are the same.
 *
 * Errors: returns `null` for what no card can name: absent, null, a list, an object.
 */
export function fieldText(value: unknown): string | null {
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "string" && typeof value !== "number") return null;
  const decimal = parseDecimal(String(value));
  return decimal ? formatDecimal(decimal.digits, decimal.scale) : String(value);
}

type Row = { match: Readonly<Record<string, FieldValue>> };

/** The indexes of rows that could never be reached, because an earlier one matches the same requests. */
export function repeatedRows(defaults: Readonly<Record<string, FieldValue>>, rows: readonly Row[]): number[] {
  const seen = new Set<string>();
  return rows.flatMap(({ match }, index) => {
    const closed = Object.entries({ ...defaults, ...match }).map(([name, value]) => [name, fieldText(value)]);
    const text = JSON.stringify(closed.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
    const isRepeated = seen.has(text);
    seen.add(text);
    return isRepeated ? [index] : [];
  });
}

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

const fieldJson = ({ in: place, name, equals, times }: CardField): CardField => ({ in: place, name, equals, times });

/** A card as the JSON API shows it, for `toJson`: parts it doesn't have left out, decimals exact. */
export function cardJson(card: Card): unknown {
  const { table } = card;
  return toPlain({
    rates: card.rates.map(({ meter, per, amount, min }) => ({ meter, per, amount, min })),
    multiples: orNothing(sorted(card.multiples)),
    fields: orNothing(card.fields.map(fieldJson)),
    table: table && {
      defaults: sorted(table.defaults),
      per: table.per,
      rows: table.rows.map(({ match, amount }) => ({ match: sorted(match), amount })),
      else: table.else,
    },
    tiers: orNothing(
      card.tiers.map(({ meter, above, from, times, fields }) => ({
        meter,
        above,
        from,
        times: sorted(times),
        fields: fields?.map(fieldJson),
      })),
    ),
    hours: orNothing(card.hours.map(({ from_hour, to_hour, days, times }) => ({ from_hour, to_hour, days, times }))),
    source: card.source && { name: card.source.name, checked: card.source.checked },
    chargeUnit: card.chargeUnit,
  });
}

/** The card's canonical text: the same card always gives the same text. It is what is stored and hashed. */
export const writeCard = (card: Card): string => toJson(cardJson(card));
