import { afterEach, describe, expect, test, vi } from "vitest";
import { aLog } from "@/tests/support/log";
import { watchForProxy } from "@/workers/web/unnamed-proxy";

const warnings = (requests: readonly [remote: string, forwardedFor?: string][]): number => {
  const { log, lines } = aLog();
  const note = watchForProxy(log);
  for (const [remote, forwardedFor] of requests) note(remote, forwardedFor);
  return lines.filter((line) => JSON.stringify(line).includes("TRUSTED_PROXIES")).length;
};

afterEach(() => vi.useRealTimers());

describe("a proxy that isn't named", () => {
  const CLIENTS = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];

  test.each(["127.0.0.1", "::ffff:127.0.0.1", "::1"])(
    "is seen though this machine checks its own health: %s",
    (own) => {
      expect(warnings([[own], ...CLIENTS.map((client): [string, string] => ["10.0.0.1", client]), [own]])).toBe(1);
    },
  );

  test("on this machine is seen as well", () => {
    expect(warnings(CLIENTS.map((client) => ["127.0.0.1", client]))).toBe(1);
  });

  test("is warned of once an hour, and in the hour after one with several addresses", () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 11, 1) });
    const { log, lines } = aLog();
    const note = watchForProxy(log);
    const counts = ["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.1"].map((first) => {
      note(first, undefined);
      for (const client of [...CLIENTS, ...CLIENTS]) note("10.0.0.1", client);
      vi.setSystemTime(Date.now() + 3_600_000);
      return lines.length;
    });
    expect(counts).toEqual([1, 1, 2, 3]);
  });

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
