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
