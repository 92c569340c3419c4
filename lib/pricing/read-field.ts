import { ScripError } from "../errors";
import type { RequestFacts } from "./usage";

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
