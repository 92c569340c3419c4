const TO_SUPPLIER = [
  "content-type",
  "accept",
  "user-agent",
  "accept-language",
  "openai-beta",
  "anthropic-beta",
] as const;
const TO_CALLER = ["content-type", "cache-control", "openai-processing-ms", "openai-version", "openai-model"] as const;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

function pick(headers: Headers, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}

/**
 * The caller's headers that a supplier gets: those of the protocol, and those that the card prices.
 *
 * Credentials, cookies, organisation, project, referer and forwarding headers never cross, whatever the card says.
 */
export function headersToSupplier(headers: Headers, priced: readonly string[]): Record<string, string> {
  return pick(
    headers,
    priced.length === 0 ? TO_SUPPLIER : [...TO_SUPPLIER, ...priced.filter((name) => !isPrivate(name))],
  );
}

/** The supplier's headers that a caller gets: nothing of its account, its limits, its cookies. */
export const headersToCaller = (headers: Headers): Record<string, string> => pick(headers, TO_CALLER);

const isPrivate = (name: string): boolean =>
  /^(?:authorization|proxy-|x-api-key|x-goog-api-key|cookie|openai-(?:organization|project)|referer|origin|forwarded|x-forwarded-|x-real-ip|via|host|content-length|connection|transfer-encoding|idempotency-key)/.test(
    name,
  );
