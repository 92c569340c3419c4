import { baseUrlProblem } from "../base-url";
import { isHopHeader, type SupplierAddress } from "../http";
import type { Adapter } from "./adapter";

/**
 * Where a supplier answers: the channel's own address, else the one from the environment, else its public one.
 *
 * Without a trailing slash. Null where nobody named one.
 */
export function resolveBaseUrl(
  adapter: Pick<Adapter, "id" | "baseUrl">,
  channelBaseUrl: string | null,
  overrides: ReadonlyMap<string, string>,
): string | null {
  const baseUrl = channelBaseUrl ?? overrides.get(adapter.id) ?? adapter.baseUrl;
  return baseUrl === null ? null : baseUrl.replace(/\/+$/, "");
}

/**
 * Where a supplier is called, and how far connections to it may lead: into a private network only by an address that the
 * environment names, or by a channel's where the setting `private_upstreams` allows that.
 *
 * Null where there is no address, or one that no call can be made to.
 */
export function supplierAddress(
  adapter: Pick<Adapter, "id" | "baseUrl">,
  channelBaseUrl: string | null,
  { overrides, privateUpstreams }: { overrides: ReadonlyMap<string, string>; privateUpstreams: boolean },
): SupplierAddress | null {
  const baseUrl = resolveBaseUrl(adapter, channelBaseUrl, overrides);
  if (baseUrl === null || baseUrlProblem(baseUrl) !== null) return null;
  const mayBePrivate = channelBaseUrl === null ? overrides.has(adapter.id) : privateUpstreams;
  return { baseUrl, reach: mayBePrivate ? "anywhere" : "public" };
}

const USUAL_PORTS = ["", "80", "443"];

/**
 * The host behind a base URL, written in one way: an account there is one account, whichever provider id names the host.
 *
 * Lower case, no trailing dot, no port where it is a usual one. Errors: throws for what is no URL.
 */
export function upstreamHostOf(baseUrl: string): string {
  const { hostname, port } = new URL(baseUrl);
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  return USUAL_PORTS.includes(port) ? host : `${host}:${port}`;
}

const TO_SUPPLIER = ["content-type", "accept", "user-agent", "accept-language"] as const;
const TO_CALLER = ["cache-control", "openai-processing-ms", "openai-version", "openai-model"] as const;

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

/** The supplier's headers that a caller gets: nothing of its account, its limits, its cookies; the form is the gateway's own. */
export const headersToCaller = (headers: Headers): Record<string, string> => pick(headers, TO_CALLER);

const isPrivate = (name: string): boolean =>
  isHopHeader(name) ||
  /^(?:authorization|proxy-|x-api-key|x-goog-api-key|cookie|openai-(?:organization|project)|referer|origin|forwarded|x-forwarded-|x-real-ip|x-scrip-|via|host|content-length|idempotency-key)/.test(
    name,
  );
