import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressMatcher } from "./client-address";

// Source: IANA IPv4 Special-Purpose Address Registry; multicast and what is reserved above it in one range.
const isSpecialV4 = addressMatcher([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
]);

// Source: IANA IPv6 Global Unicast Address Assignments. All else is local, embeds another address, or is unassigned.
const isGlobalUnicastV6 = addressMatcher(["2000::/3"]);

// Source: IANA IPv6 Special-Purpose Address Registry, as far as it lies within global unicast: protocol assignments
// (Teredo, benchmarking, ORCHID), documentation, 6to4, AS112.
const isSpecialV6 = addressMatcher(["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]);

/**
 * Whether an IP address isn't one of the public internet; text that is no address counts as private.
 *
 * IPv4 by a list of what is special; IPv6 by a list of what is public, since an IPv4 address can be embedded in many ways.
 */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return isSpecialV4(address);
    case 6:
      return address.includes("%") || !isGlobalUnicastV6(address) || isSpecialV6(address);
    default:
      return true;
  }
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "");

/**
 * Whether a URL leads into a private network: by an address, or by a name that resolves to one or to nothing.
 *
 * A name may be given another address later: the guarded client looks again at each connection.
 */
export async function leadsToPrivateNetwork(url: URL): Promise<boolean> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return isPrivateAddress(host);
  const answers = await lookup(host, { all: true }).catch(() => []); // a name that nobody knows leads nowhere public
  return answers.length === 0 || answers.some(({ address }) => isPrivateAddress(address));
}
