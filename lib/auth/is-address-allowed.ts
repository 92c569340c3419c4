import { BlockList, isIP } from "node:net";

const family = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether an address is one of those, or in one of those ranges; everything is where there are none. */
export function isAddressAllowed(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0) return true;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, ""); // an IPv4 address as IPv6 sockets tell of it
  if (isIP(plain) === 0) return false;
  const allowed = new BlockList();
  for (const range of ranges) {
    const [base = "", bits] = range.split("/");
    if (bits === undefined) allowed.addAddress(base, family(base));
    else allowed.addSubnet(base, Number(bits), family(base));
  }
  return allowed.check(plain, family(plain));
}
