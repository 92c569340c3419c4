import { isHopHeader } from "../http";

const TO_SUPPLIER = ["content-type", "accept", "user-agent", "accept-language"] as const;
const TO_CALLER = ["content-type", "cache-control", "openai-processing-ms", "openai-version", "openai-model"] as const;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A header and a value of it that a card has a price for. */
type PricedHeader = { name: string; value: string };

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}

/**
 * The caller's headers that a supplier gets: those of the protocol, and those that the card prices, with the values that
 * it names. Headers that switch features on are among the latter or don't cross: they may cost.
 *
 * Credentials, cookies, organisation, project, referer and forwarding headers, and those of one connection, never cross, whatever the card says.
 */
export function headersToSupplier(headers: Headers, priced: readonly PricedHeader[]): Record<string, string> {
  const picked = pick(headers, TO_SUPPLIER);
  for (const { name, value } of priced) {
    const lower = name.toLowerCase();
    if (!isPrivate(lower) && headers[lower] === value) picked[lower] = value;
  }
  return picked;
}

/** The supplier's headers that a caller gets: nothing of its account, its limits, its cookies. */
export const headersToCaller = (headers: Headers): Record<string, string> => pick(headers, TO_CALLER);

const isPrivate = (name: string): boolean =>
  isHopHeader(name) ||
  /^(?:authorization|proxy-|x-api-key|x-goog-api-key|cookie|openai-(?:organization|project)|referer|origin|forwarded|x-forwarded-|x-real-ip|x-scrip-|via|host|content-length|idempotency-key)/.test(
    name,
  );
