import { fieldText, type BillField, type Card, type FieldValue } from "../catalog";
import { rateTable, tableFields } from "./rate-table";
import { readField } from "./read-field";
import type { RequestFacts } from "./usage";

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
