import { addressMatcher } from "../http";

/** Whether an address is one of those, or in one of those ranges; everything is where there are none. */
export function isAddressAllowed(ranges: readonly string[], address: string): boolean {
  return ranges.length === 0 || addressMatcher(ranges)(address);
}
