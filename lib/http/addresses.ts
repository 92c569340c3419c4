import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** Holds what the web port proves itself to the gateway with: that what it says of a caller's address is to be believed. */
export const WEB_PORT_HEADER = "x-scrip-web-port";

/** Tells the address that a request came from: of its connection, or what trusted proxies say of it. */
export type ClientAddress = (remote: string | undefined, forwardedFor: string | string[] | undefined) => string;

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** An IPv4 address that came in through an IPv6 socket, as people write it. */
function plain(address: string): string {
  const text = address.trim();
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text) ? text.slice(7) : text;
}

/**
 * Whether an address is in a list of addresses and CIDR ranges; what is neither is left out of the list.
 */
export function addressMatcher(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    if (isIP(address) === 0) continue;
    if (bits === undefined) list.addAddress(address, family(address));
    else list.addSubnet(address, Number(bits), family(address));
  }
  return (address) => isIP(plain(address)) !== 0 && list.check(plain(address), family(plain(address)));
}

/**
 * A reader of clients' addresses that believes `x-forwarded-for` only as far as trusted proxies wrote it.
 *
 * From the right: the first address that is no trusted proxy's is the client's.
 */
export function clientAddressReader(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = addressMatcher(trustedProxies);
  return (remote, forwardedFor) => {
    const chain = [forwardedFor ?? []].flat().join(",").split(",");
    let address = plain(remote ?? "");
    while (isTrusted(address)) {
      const previous = plain(chain.pop() ?? "");
      if (isIP(previous) === 0) break;
      address = previous;
    }
    return address;
  };
}

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

/** A run of addresses, as whole numbers in IPv6's space; those of IPv4 are where IPv6 maps them. */
type Run = { first: bigint; last: bigint };

const BITS = 128;
const V4_BITS = 32;
const V4_MAPPED = 0xffffn << 32n;

const v4Value = (text: string): bigint => text.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);

/** The groups of a part of an IPv6 address, an IPv4 address at its end counting for two. */
function groupsOf(part: string): bigint[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!group.includes(".")) return [BigInt(`0x${group}`)];
    const value = v4Value(group);
    return [value >> 16n, value & 0xffffn];
  });
}

function v6Value(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) + group, 0n);
}

/** An address or a range in CIDR notation as a run; null for what names an interface, or is neither. */
function toRun(range: string): Run | null {
  const [address = "", bits] = range.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%")) return null;
  const own = version === 4 ? V4_BITS : BITS;
  const free = BigInt(own - Number(bits ?? own));
  const value = version === 4 ? V4_MAPPED + v4Value(address) : v6Value(address);
  const first = (value >> free) << free;
  return { first, last: first + (1n << free) - 1n };
}

/** Runs in order, those that touch made into one. */
function merge(runs: readonly Run[]): Run[] {
  const merged: Run[] = [];
  for (const run of runs.toSorted((one, other) => (one.first < other.first ? -1 : 1))) {
    const before = merged.at(-1);
    if (before && run.first <= before.last + 1n) before.last = run.last > before.last ? run.last : before.last;
    else merged.push({ ...run });
  }
  return merged;
}

/**
 * The network that an address is counted by: of IPv6 its first 64 bits, which one customer has as a whole; of IPv4, also as IPv6
 * maps it, the address itself. What is no address is given back.
 */
export function networkOf(address: string): string {
  const run = toRun(address);
  if (!run) return address;
  return run.first >> 32n === V4_MAPPED >> 32n ? String(run.first) : `${run.first >> 64n}/64`;
}

/**
 * Whether every address of some ranges is in one of others. An IPv4 address is also the one that IPv6 maps it to, as it is
 * to whoever matches addresses against ranges.
 */
export function areRangesWithin(ranges: readonly string[], others: readonly string[]): boolean {
  const outer = merge(others.map(toRun).filter((run) => run !== null));
  return ranges.every((range) => {
    const run = toRun(range);
    return run !== null && outer.some(({ first, last }) => first <= run.first && run.last <= last);
  });
}
