/** What a supplier's error means where it says nothing of its own: overloaded. */
const UNSAID = 503;
/** What it means where it calls the request invalid. */
const CALLERS_OWN = 400;

/**
 * The status of an error that came with a good one: relays, and streams that fail at once, put it into the body.
 *
 * Null where the text is no error of any envelope.
 */
export function readStatusWithin(body: string): number | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null; // a page for people, or half a reply
  }
  const outer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (typeof outer !== "object" || outer === null || !("error" in outer)) return null;
  const { error } = outer;
  const inner = typeof error === "object" && error !== null ? error : outer;
  const said = [Reflect.get(inner, "code"), Reflect.get(inner, "status")].map(Number);
  const status = said.find((code) => Number.isInteger(code) && code >= 400 && code <= 599);
  return status ?? (Reflect.get(inner, "type") === "invalid_request_error" ? CALLERS_OWN : UNSAID);
}
