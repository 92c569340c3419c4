import { describe, expect, it } from "vitest";
import { isPrivateAddress } from "@/lib/http";

// One address of each entry of IANA's registries of special-purpose addresses, at its edges where a neighbour is public.
const SPECIAL_V4 = (
  "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 " +
  "169.254.0.1 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.170 192.0.2.1 " +
  "192.31.196.1 192.52.193.1 192.88.99.2 192.168.0.1 192.175.48.6 198.18.0.0 198.19.255.255 198.51.100.7 " +
  "203.0.113.9 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255"
).split(" ");
const PUBLIC_V4 = (
  "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 " +
  "172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255"
).split(" ");
const NOT_PUBLIC_V6: [string, string][] = [
  ["unspecified", "::"],
  ["loopback", "::1"],
  ["IPv4 compatible", "::7f00:1"],
  ["IPv4 mapped", "::ffff:127.0.0.1"],
  ["IPv4 mapped, in hexadecimal", "::ffff:7f00:1"],
  ["IPv4 mapped, of a public address", "::ffff:8.8.8.8"],
  ["IPv4 translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::127.0.0.1"],
  ["NAT64 of a public address", "64:ff9b::808:808"],
  ["local NAT64", "64:ff9b:1::7f00:1"],
  ["discard-only", "100::1"],
  ["dummy prefix", "100:0:0:1::1"],
  ["Teredo", "2001:0:7f00:1::1"],
  ["port control protocol", "2001:1::1"],
  ["benchmarking", "2001:2::1"],
  ["ORCHID", "2001:10::1"],
  ["ORCHIDv2", "2001:20::1"],
  ["drone remote id", "2001:30::1"],
  ["documentation", "2001:db8::1"],
  ["newer documentation", "3fff::1"],
  ["6to4", "2002:7f00:1::1"],
  ["6to4 of a public address", "2002:808:808::1"],
  ["AS112", "2620:4f:8000::1"],
  ["segment routing", "5f00::1"],
  ["unassigned", "4000::1"],
  ["unique local", "fc00::1"],
  ["unique local", "fdff::1"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["public with a zone", "2606:4700::1111%eth0"],
  ["site-local", "fec0::1"],
  ["multicast", "ff02::1"],
];

describe("an address that suppliers can't be at", () => {
  it.each(SPECIAL_V4)("is private: %s", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each(NOT_PUBLIC_V6)("is private, being %s: %s", (_, address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  it.each(["", "localhost", "1.2.3", "1.2.3.4.5", "[::1]", "0x7f000001"])("is whatever is no address: %s", (text) => {
    expect(isPrivateAddress(text)).toBe(true);
  });
});

describe("a public address", () => {
  it.each([...PUBLIC_V4, "2606:4700:4700::1111", "2001:4860:4860::8888", "2a00:1450:4001::1", "3ffe:ffff::1"])(
    "isn't private: %s",
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );
});
