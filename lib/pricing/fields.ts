import { type BillField, type Card, type CardTable, fieldText, type FieldValue } from "../catalog";
import { ScripError } from "../errors";
import type { Rated, RequestFacts } from "./rating";
import { multiply, type Ratio, ratioOf, toText } from "./ratio";

/** Where a value stands in a request: a header, or a dotted path into the body. */
export type FieldPlace = { in: "header" | "body"; name: string };

function step(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (key === "*") return Array.isArray(value) ? value : [];
  return Object.hasOwn(value, key) ? [Reflect.get(value, key)] : [];
}

// Names come from cards and from lists of fields, never from requests: there are few of them.
const paths = new Map<string, readonly string[]>();

function pathOf(name: string): readonly string[] {
  const known = paths.get(name) ?? name.split(".");
  paths.set(name, known);
  return known;
}

function picked(values: NonNullable<RequestFacts["values"]>, name: string): unknown[] {
  const found = Object.hasOwn(values, name) ? values[name] : undefined;
  if (found) return [...found];
  throw new ScripError("unavailable", "Prices changed while the request was read. Try again.", { retryAfterS: 1 });
}

/**
 * The values at a place of a request, absent and null ones left out: at most one, or one an element where the path has
 * a `*` for every element of a list.
 *
 * Errors: `ScripError` unavailable for a place that nobody asked for when a large request was read: a card is newer.
 */
export function readField(facts: RequestFacts, place: FieldPlace): unknown[] {
  if (place.in === "header") {
    const value = facts.headers[place.name.toLowerCase()];
    return value === undefined ? [] : [value];
  }
  if (facts.values) return picked(facts.values, place.name);
  const path = pathOf(place.name);
  if (!Object.hasOwn(facts.body, path[0] ?? "")) return [];
  const values = path.reduce<unknown[]>((found, key) => found.flatMap((value) => step(value, key)), [facts.body]);
  return values.filter((value) => value !== null && value !== undefined);
}

/** The request fields that a table's price depends on. */
function tableFields({ defaults, rows }: CardTable): string[] {
  return [...new Set([...Object.keys(defaults), ...rows.flatMap((row) => Object.keys(row.match))])];
}

/** How many images were asked for. A number that isn't one counts 1: the supplier refuses it. */
function imagesAsked(facts: RequestFacts): bigint {
  const asked = facts.images ?? fieldText(readField(facts, { in: "body", name: "n" })[0]);
  return /^[1-9]\d{0,8}$/.test(String(asked)) ? BigInt(String(asked)) : 1n;
}

type Given = { name: string; isGiven: boolean; text: string | null; fallback: FieldValue | undefined };

/** What the request says of a field of the table: a list or an object is given, but equals no row's value. */
function given(table: CardTable, facts: RequestFacts, name: string): Given {
  const values = readField(facts, { in: "body", name });
  const fallback = table.defaults[name];
  const isGiven = values.length > 0;
  return { name, isGiven, text: fieldText(isGiven ? values[0] : fallback), fallback };
}

/** A row leaves nothing open: a field that it doesn't mention must be absent or at its default. */
function isMatch(match: Readonly<Record<string, FieldValue>>, fields: readonly Given[]): boolean {
  return fields.every(({ name, isGiven, text, fallback }) => {
    const wanted = match[name] ?? fallback;
    return wanted === undefined ? !isGiven : text === fieldText(wanted);
  });
}

/** The price of the one row that matches a request, or which of its fields no row has a price for. */
export function rateTable(table: CardTable, facts: RequestFacts): Rated | { outcome: "no_row"; parameters: string[] } {
  const fields = tableFields(table).map((name) => given(table, facts, name));
  const row = table.rows.find(({ match }) => isMatch(match, fields));
  if (!row) {
    const named = fields.filter(({ isGiven }) => isGiven);
    return { outcome: "no_row", parameters: (named.length > 0 ? named : fields).map(({ name }) => name) };
  }
  const quantity: Ratio = { num: table.per === "images" ? imagesAsked(facts) : 1n, den: 1n };
  const amount = ratioOf(row.amount);
  const total = multiply(quantity, amount);
  const match = { ...table.defaults, ...row.match };
  const shown = { quantity: toText(quantity), amount: toText(amount), subtotal: toText(total) };
  return {
    outcome: "rated",
    total,
    lines: [{ what: "table", match, per: table.per, ...shown }],
    multipliers: [],
    flags: [],
  };
}

/** As many different values as a field of a request can reasonably have, over all elements of its lists. */
const DIFFERENT_MAX = 256;
/** No card names a longer value, so a longer one is as good as its beginning. Units: characters. */
const VALUE_CHARS_MAX = 4_096;

/** The places in a request's body that a card looks at, as dotted paths. */
export function fieldsOf({ fields, table }: Card): string[] {
  const inBody = fields.flatMap(({ in: place, name }) => (place === "body" ? [name] : []));
  return table ? [...inBody, ...tableFields(table), "n"] : inBody;
}

/** What of a value decides whether it equals that of a card: of a list or an object, that it is one. */
function essence(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, VALUE_CHARS_MAX);
  return typeof value === "object" && value !== null ? {} : value;
}

/** The different values at a place, in the order in which they come first. */
function different(body: RequestFacts["body"], name: string): unknown[] {
  const found = new Map<unknown, unknown>();
  for (const value of readField({ body, headers: {} }, { in: "body", name })) {
    const kept = essence(value);
    found.set(typeof kept === "object" ? Object : kept, kept);
  }
  return [...found.values()];
}

/**
 * The values at places of a body, each different one once: all that prices depend on, without the rest of a large request.
 *
 * Errors: `ScripError` invalid_request where a place has more different values than any request has.
 */
export function pickFields(body: RequestFacts["body"], names: Iterable<string>): NonNullable<RequestFacts["values"]> {
  const fields = [...names].map((name) => [name, different(body, name)] as const);
  const odd = fields.find(([, values]) => values.length > DIFFERENT_MAX);
  if (!odd) return Object.fromEntries(fields);
  const place = odd[0].replaceAll(".*", "");
  throw new ScripError("invalid_request", `'${place}' has more than ${DIFFERENT_MAX} different values.`);
}

const has = (values: readonly FieldValue[] | undefined, text: string | null): boolean =>
  text !== null && (values ?? []).some((value) => fieldText(value) === text);

/** Whether a value of a bill field changes the bill at all. */
function changesBill(field: BillField, value: unknown): boolean {
  const text = fieldText(value);
  return !has(field.free, text) && (!field.only || has(field.only, text));
}

function isPricedByTable(card: Card, field: BillField): boolean {
  if (!card.table) return false;
  const countsImages = card.table.per === "images" && (field.meters ?? []).includes("images");
  return countsImages || (field.in === "body" && tableFields(card.table).includes(field.name));
}

function isPricedByRates(card: Card, field: BillField, value: unknown): boolean {
  const text = fieldText(value);
  const byField = card.fields.some(
    ({ in: place, name, equals }) => place === field.in && name === field.name && fieldText(equals) === text,
  );
  const byMeter = card.rates.some(({ meter }) => (field.meters ?? []).includes(meter));
  return byField || byMeter || (field.kinds ?? []).some((kind) => card.multiples[kind] !== undefined);
}

/**
 * The fields of a request that change the supplier's bill and that the card has no price for, by name: a request with
 * any is refused with 400 `unpriced_parameters`.
 *
 * `billFields` is the provider's list. A table's own fields are included where no row matches.
 */
export function unpricedParameters(card: Card, facts: RequestFacts, billFields: readonly BillField[]): string[] {
  const row = card.table && rateTable(card.table, facts);
  if (row?.outcome === "no_row" && card.table?.else !== "rates") return row.parameters;
  const isPriced = (field: BillField, value: unknown): boolean =>
    row?.outcome === "rated" ? isPricedByTable(card, field) : isPricedByRates(card, field, value);
  const unpriced = billFields.filter((field) =>
    readField(facts, field).some((value) => changesBill(field, value) && !isPriced(field, value)),
  );
  return [...new Set(unpriced.map(({ name }) => name.replaceAll(".*", "")))];
}
