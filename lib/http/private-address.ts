import { lookup as lookUp } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { addressMatcher } from "./client-address";

// What isn't on the public internet. Source: IANA special-purpose address registries, RFC 6890.
const isReserved = addressMatcher([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "::/127",
  "64:ff9b::/96",
  "100::/64",
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
]);

/** Whether an IP address is one of a private, local or reserved network; text that is no address counts as one. */
export function isPrivateAddress(address: string): boolean {
  return isIP(address) === 0 || isReserved(address);
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

/** Whether a URL names a private address itself; a name is `publicLookup`'s to judge, when it is connected to. */
export const namesPrivateAddress = (url: URL): boolean => isIP(hostOf(url)) !== 0 && isPrivateAddress(hostOf(url));

/**
 * A connection's look-up that finds public addresses only: what a name resolves to now counts, not what it resolved to
 * when somebody checked it. A connection to an address looks nothing up.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, found) => {
    const open = error ? [] : found.filter(({ address }) => !isPrivateAddress(address));
    const [first] = open;
    if (!first) callback(error ?? new Error(`${hostname} leads to a private network`), "");
    else if (options.all) callback(null, open);
    else callback(null, first.address, first.family);
  });
};

/**
 * Whether a URL leads into a private network: by an address, or by a name that resolves to one or to nothing.
 *
 * A name may be given another address later: what connects has to look again.
 */
export async function leadsToPrivateNetwork(url: URL): Promise<boolean> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return isPrivateAddress(host);
  const answers = await lookup(host, { all: true }).catch(() => []); // a name that nobody knows leads nowhere public
  return answers.length === 0 || answers.some(({ address }) => isPrivateAddress(address));
}
