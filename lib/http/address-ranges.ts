import { isIP } from "node:net";

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
