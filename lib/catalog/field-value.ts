import { formatDecimal, parseDecimal } from "../money";
import type { FieldValue } from "./bill-field";

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
