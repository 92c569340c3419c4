import { describe, expect, test } from "vitest";
import { addressMatcher, clientAddressReader } from "@/lib/http";

describe("a client's address", () => {
  test("is the connection's where no proxy is trusted, whatever a header claims", () => {
    expect(clientAddressReader([])("203.0.113.9", "10.0.0.1")).toBe("203.0.113.9");
  });

  test("is the last one that a trusted proxy didn't write itself", () => {
    const read = clientAddressReader(["127.0.0.1", "10.0.0.0/8"]);
    expect(read("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3")).toBe("203.0.113.9");
    expect(read("127.0.0.1", ["198.51.100.1", "203.0.113.9"])).toBe("203.0.113.9");
  });

  test("is the proxy's own where it wrote nothing or no address", () => {
    const read = clientAddressReader(["127.0.0.1"]);
    expect(read("127.0.0.1", undefined)).toBe("127.0.0.1");
    expect(read("127.0.0.1", "unknown")).toBe("127.0.0.1");
  });

  test("reads IPv4 through an IPv6 socket and IPv6 itself", () => {
    expect(clientAddressReader(["127.0.0.1"])("::ffff:127.0.0.1", "2001:db8::7")).toBe("2001:db8::7");
  });

  test("matches addresses and ranges of both families, and nothing by what is neither", () => {
    const matches = addressMatcher(["192.0.2.0/24", "2001:db8::/32", "nonsense"]);
    expect(["192.0.2.77", "2001:db8::1", "192.0.3.1", "nonsense", ""].map(matches)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
