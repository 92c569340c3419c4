import type { Card } from "../catalog";
import { ScripError } from "../errors";
import { tableFields } from "./rate-table";
import { readField } from "./read-field";
import type { RequestFacts } from "./usage";

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
