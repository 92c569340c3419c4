import { fieldText, type CardTable, type FieldValue } from "../catalog";
import { multiply, ratioOf, toText, type Ratio } from "./ratio";
import type { Rated } from "./rating";
import { readField } from "./read-field";
import type { RequestFacts } from "./usage";

/** The request fields that a table's price depends on. */
export function tableFields({ defaults, rows }: CardTable): string[] {
  return [...new Set([...Object.keys(defaults), ...rows.flatMap((row) => Object.keys(row.match))])];
}

/** How many images were asked for. A number that isn't one counts 1: the supplier refuses it. */
export function imagesAsked(facts: RequestFacts): bigint {
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
