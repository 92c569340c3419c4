import { describe, expect, test } from "vitest";
import { aLog } from "@/tests/support/jobs";
import { watchForProxy } from "@/workers/web/unnamed-proxy";

const warnings = (requests: readonly [remote: string, forwardedFor?: string][]): number => {
  const { log, lines } = aLog();
  const note = watchForProxy(log);
  for (const [remote, forwardedFor] of requests) note(remote, forwardedFor);
  return lines.filter((line) => JSON.stringify(line).includes("TRUSTED_PROXIES")).length;
};

describe("a proxy that isn't named", () => {
  test("is warned of once, where every request comes from it and speaks for several clients", () => {
    expect(
      warnings([
        ["10.0.0.1", "192.0.2.1"],
        ["10.0.0.1", "192.0.2.2"],
        ["10.0.0.1", "192.0.2.3"],
        ["10.0.0.1", "192.0.2.4"],
      ]),
    ).toBe(1);
  });

  test.each<[string, [string, string?][]]>([
    [
      "several addresses call",
      [["10.0.0.1", "192.0.2.1"], ["10.0.0.2"], ["10.0.0.1", "192.0.2.2"], ["10.0.0.1", "192.0.2.3"]],
    ],
    ["nobody is spoken for", [["10.0.0.1"], ["10.0.0.1"], ["10.0.0.1"], ["10.0.0.1"]]],
    [
      "one client claims an address",
      [
        ["10.0.0.1", "192.0.2.1"],
        ["10.0.0.1", "192.0.2.1"],
        ["10.0.0.1", "192.0.2.1"],
      ],
    ],
  ])("isn't suspected where %s", (_, requests) => {
    expect(warnings(requests)).toBe(0);
  });
});
