import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressMatcher, areRangesWithin, networkOf } from "@/lib/http";

const octet = fc.nat(3);
const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join("."));
const v6 = fc.tuple(octet, octet, octet).map(([a, b, c]) => `2001:db8:${a}::${b}:${c}`);
const address = fc.oneof(
  v4,
  v6,
  v4.map((text) => `::ffff:${text}`),
);
const range = fc.tuple(address, fc.nat(128)).map(([text, bits]) => `${text}/${text.includes(":") ? bits : bits % 33}`);
const ranges = fc.array(fc.oneof(range, address), { minLength: 1, maxLength: 4 });

describe("ranges of addresses", () => {
  test("that are within others hold no address which those don't", () => {
    fc.assert(
      fc.property(ranges, ranges, address, (inner, outer, text) => {
        if (!areRangesWithin(inner, outer) || !addressMatcher(inner)(text)) return;
        expect(addressMatcher(outer)(text)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  test("are within themselves, and an address is within ranges exactly where it matches them", () => {
    fc.assert(
      fc.property(ranges, address, (some, text) => {
        expect(areRangesWithin(some, some)).toBe(true);
        expect(areRangesWithin([text], some)).toBe(addressMatcher(some)(text));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ["10.0.0.0/8", ["10.0.0.0/9", "10.128.0.0/9"], true],
    ["10.0.0.0/8", ["10.0.0.0/9", "10.128.0.1/32"], false],
    ["10.9.9.9/8", ["10.0.0.0/8"], true],
    ["0.0.0.0/0", ["::/0"], true],
    ["::/0", ["0.0.0.0/0"], false],
    ["::ffff:0:0/96", ["0.0.0.0/0"], true],
    ["::ffff:a01:203", ["10.1.2.3"], true],
    ["2001:db8::1", ["2001:DB8:0:0::/64"], true],
    ["fe80::1%eth0", ["fe80::/10"], false],
  ])("%s is within %s: %s", (inner, outer, isWithin) => {
    expect(areRangesWithin([inner], outer)).toBe(isWithin);
  });
});

describe("the network that an address is counted by", () => {
  test.each([
    ["203.0.113.7", "203.0.113.8", false],
    ["203.0.113.7", "::ffff:203.0.113.7", true],
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["unknown", "unknown", true],
  ])("of %s and %s is the same: %s", (one, other, isSame) => {
    expect(networkOf(one) === networkOf(other)).toBe(isSame);
  });
});
