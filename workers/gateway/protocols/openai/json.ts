import { ScripError } from "../../../../lib/errors";
import { BILL_FIELD_PLACES } from "../../../../lib/providers";

export type Json = Record<string, unknown>;
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const NOTHING: Json = {};
/** The object that a value is; an empty one for anything else. */
export const inside = (value: unknown): Json => (isObject(value) ? value : NOTHING);
export const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/** Of names of the caller's own a refusal shows as much as anybody reads. Units: characters. */
const SHOWN_MAX = 300;

export const refuse = (message: string, param?: string): never => {
  const details = param === undefined ? {} : { param: param.slice(0, SHOWN_MAX) };
  throw new ScripError("invalid_request", message.slice(0, SHOWN_MAX), details);
};

/** Names that decide what a request costs, beside those of bill fields, as dotted paths; `*` is an element of a list. */
const DECIDING = [
  "model",
  "messages.*.role",
  "messages.*.content.*.image_url.url",
  "messages.*.content.*.text",
  "stream",
  "stream_options.include_usage",
  "max_tokens",
  "max_completion_tokens",
  "functions.*.name",
  "prediction.content.*.type",
];

/** Names by how lenient readers fold them, each with its own spelling and the names within its value. */
type Names = Map<string, { spellings: Set<string>; within: Names }>;

const ORDINARY = /^[a-z0-9_]*$/;

/**
 * A name as the most lenient reader takes it: without case, width, and whatever is neither letter nor digit. Some letters
 * beyond ASCII fold into it.
 */
function fold(name: string): string {
  if (ORDINARY.test(name)) return name.replaceAll("_", "");
  const cased = name.normalize("NFKC").toUpperCase().toLowerCase();
  return cased.replace(/[^a-z0-9]/g, "");
}

function plant(into: Names, [name, ...rest]: readonly string[]): void {
  if (name === undefined) return;
  const folded = name === "*" ? name : fold(name);
  const known = into.get(folded) ?? { spellings: new Set<string>(), within: new Map() };
  into.set(folded, known);
  known.spellings.add(name);
  plant(known.within, rest);
}

function readNames(places: Iterable<string>): Names {
  const names: Names = new Map();
  for (const place of places) plant(names, place.split("."));
  return names;
}

const NAMES = readNames([...BILL_FIELD_PLACES, ...DECIDING]);

/** A name of the caller's, as much of it as anybody reads. */
const shown = (name: string): string => name.slice(0, 100);

function requirePlain(value: unknown, names: Names, path: string): void {
  if (Array.isArray(value)) {
    const element = names.get("*")?.within;
    if (element) (value as unknown[]).forEach((item, index) => requirePlain(item, element, `${path}[${index}]`));
    return;
  }
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    const known = names.get(fold(name));
    if (!known) continue;
    const place = path === "" ? shown(name) : `${path}.${shown(name)}`;
    if (!known.spellings.has(name)) refuse(`Write '${[...known.spellings][0]}' instead of '${place}'.`, place);
    if (known.within.size > 0) requirePlain(inner, known.within, place);
  }
}

/** A name that some readers take apart: `provider.order`, `extra_body[plugins]`, `x-models`. */
function requireWhole(name: string): void {
  if (ORDINARY.test(name)) return;
  const parts = name.split(/[^\p{L}\p{N}_]+/u).filter((part) => part !== "");
  const part = parts.length > 1 ? parts.find((candidate) => NAMES.has(fold(candidate))) : undefined;
  if (part !== undefined) refuse(`'${shown(name)}' could be read as '${part}'. Leave it out.`, shown(name));
}

/**
 * Refuse a deciding name that is spelt otherwise: it could mean nothing to us and much to a supplier.
 *
 * Errors: `ScripError` invalid_request, with the place as its param.
 */
export function requirePlainNames(body: Json): void {
  requirePlain(body, NAMES, "");
  for (const name of Object.keys(body)) requireWhole(name);
}
