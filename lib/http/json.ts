import * as z from "zod";
import { assert, ScripError } from "../errors";
import {
  type Decimal,
  formatCredits,
  formatDecimal,
  formatUsd,
  type Micros,
  micros,
  type Nanos,
  nanos,
  parseDecimal,
  significantDigits,
  toScale,
} from "../money";
import { JsonScan } from "./json-structure";

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

/** The largest amounts that cross the edge, so that each is exact as a JSON number. */
const CREDITS_MAX = 1_000_000_000;
const USD_MAX = 1_000_000;
const DIGITS_MAX = 15;

const toDecimal = (value: number): Decimal | null => parseDecimal(String(value));

function scaled(value: number, scale: number, what: string, context: z.RefinementCtx): bigint {
  const parsed = toDecimal(value);
  const amount = parsed && toScale(parsed, scale);
  if (amount !== null) return amount;
  context.addIssue({ code: "custom", message: `must have at most ${scale} decimals in ${what}` });
  return z.NEVER;
}

/** An amount of credits in a request, as microcredits. At least 0, at most 10⁹ credits, at most 6 decimals. */
export const CreditsInput = z
  .number()
  .min(0)
  .max(CREDITS_MAX)
  .transform((value, context): Micros => micros(scaled(value, 6, "credits", context)));

/** An amount of credits above 0 in a request. */
export const PositiveCreditsInput = z
  .number()
  .gt(0)
  .max(CREDITS_MAX)
  .transform((value, context): Micros => micros(scaled(value, 6, "credits", context)));

/** An amount of dollars in a request, as nanodollars. At least 0, at most USD 10⁶, at most 9 decimals. */
export const UsdInput = z
  .number()
  .min(0)
  .max(USD_MAX)
  .transform((value, context): Nanos => nanos(scaled(value, 9, "dollars", context)));

/** A decimal in a request (a price, a factor): at least 0, at most 15 significant digits. */
export const DecimalInput = z
  .number()
  .min(0)
  .transform((value, context): Decimal => {
    const parsed = toDecimal(value);
    if (parsed && significantDigits(parsed) <= DIGITS_MAX) return parsed;
    context.addIssue({ code: "custom", message: `must have at most ${DIGITS_MAX} significant digits` });
    return z.NEVER;
  });

// What both JavaScript and PostgreSQL can hold, and what anybody can mean.
const EARLIEST_MS = 0;
export const LATEST_MS = Date.UTC(9999, 11, 31);

const isPlausible = (text: string): boolean => {
  const ms = Date.parse(text);
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
};
const MESSAGE = "must be from 1970 to 9999";

/** A moment in a request: RFC 3339, with its offset. */
export const TimeInput = z.iso.datetime({ offset: true }).refine(isPlausible, MESSAGE);

/** A calendar day in a request: YYYY-MM-DD. */
export const DayInput = z.iso.date().refine(isPlausible, MESSAGE);

/** Whether a text can be stored: PostgreSQL has no NUL, and JSON no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes("\u0000") && !/\p{Surrogate}/u.test(text);

function refuseUnstorable(name: string, value: unknown): unknown {
  if (isStorable(name) && (typeof value !== "string" || isStorable(value))) return value;
  throw new ScripError("invalid_request", "The body holds a NUL character, or half of a surrogate pair.");
}

const notAnObject = (): ScripError =>
  new ScripError("invalid_request", "The body must be a JSON object, sent as application/json in UTF-8.");

/**
 * The body of a request as text, of which no more is read than it may hold, whatever it says of its length.
 *
 * Errors: `request_too_large` above `bytesMax`, what `scan` refuses, a `TypeError` where it isn't UTF-8.
 */
export async function readText(request: Request, bytesMax: number, scan?: JsonScan): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new ScripError("request_too_large", `The body is larger than ${bytesMax} bytes.`);
    scan?.push(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The body of a request as a JSON object, and its text.
 *
 * Errors: `invalid_request` where it is anything else or beyond `JSON_BOUNDS`, `request_too_large` above `bytesMax`.
 */
export async function readJsonObject(
  request: Request,
  bytesMax: number,
): Promise<{ text: string; object: Record<string, unknown> }> {
  try {
    const text = await readText(request, bytesMax, new JsonScan());
    const value: unknown = JSON.parse(text, refuseUnstorable);
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
    return { text, object: value as Record<string, unknown> }; // an object of JSON has text for names
  } catch (error) {
    throw error instanceof ScripError ? error : notAnObject();
  }
}
