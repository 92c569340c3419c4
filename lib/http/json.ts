import { assert } from "../errors";
import { formatCredits, formatDecimal, formatUsd, parseDecimal, type Decimal, type Micros, type Nanos } from "../money";

/** A number that is written exactly as its text says. */
export class NumberLiteral {
  constructor(readonly text: string) {}
}

/** Credits as a JSON number, exact. Units: credits, at most 6 decimals. */
export const credits = (amount: Micros): NumberLiteral => new NumberLiteral(formatCredits(amount));

/** Dollars as a JSON number, exact. Units: USD, at most 9 decimals. */
export const usd = (amount: Nanos): NumberLiteral => new NumberLiteral(formatUsd(amount));

/** A decimal as a JSON number, exact and without an exponent. */
export const decimal = ({ digits, scale }: Decimal): NumberLiteral => new NumberLiteral(formatDecimal(digits, scale));

function writeNumber(value: number): string {
  assert(Number.isFinite(value), `JSON has no number ${value}`);
  const parsed = parseDecimal(String(value));
  assert(parsed, `not a decimal: ${value}`);
  return formatDecimal(parsed.digits, parsed.scale);
}

function writeMembers(value: object): string {
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${toJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

/**
 * Write a value as JSON: amounts from their literals, no number with an exponent, absent members left out.
 *
 * Errors: an assertion for a bare bigint, which says nothing of its unit, and for what JSON has no form for.
 * Source: decision 031.
 */
export function toJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof NumberLiteral) return value.text;
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") return writeNumber(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  assert(typeof value === "object", `JSON has no form for a ${typeof value}`);
  return writeMembers(value);
}
