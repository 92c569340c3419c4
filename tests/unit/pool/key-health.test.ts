import { describe, expect, test } from "vitest";
import type { KeyAction } from "@/lib/providers";
import { type KeyHealth, newHealth, recordEnd, recordStart, usableFromMs } from "@/lib/pool/key-health";
import { noMoneyProbeMs, quarantineProbeMs } from "@/lib/pool/probe-schedule";
import { isProviderFault } from "@/lib/pool/verdict";

const T = 1_000_000;
const SOURCE = { account: "a", body: "b" };
const end = (health: KeyHealth, forKey: KeyAction, nowMs = T, modelId = "m", source = SOURCE): void => {
  recordStart(health);
  recordEnd(health, { forKey, modelId, source, latencyMs: 100, nowMs });
};
const waits = (health: KeyHealth, nowMs = T, modelId = "m"): number =>
  Math.max(0, usableFromMs(health, modelId, nowMs) - nowMs);

describe("a key that was too fast", () => {
  test("waits as long as its supplier asks, from a second to ten minutes", () => {
    for (const [asked, waited] of [
      [7_000, 7_000],
      [0, 1_000],
      [9_999_999, 600_000],
    ] as const) {
      const health = newHealth();
      end(health, { action: "cool", retryAfterMs: asked });
      expect(waits(health)).toBe(waited);
    }
  });

  test("waits 1, 2, 4 … s, at most 5 min, when its supplier doesn't say, and 1 s again after a success", () => {
    const health = newHealth();
    let nowMs = T;
    const seen: number[] = [];
    for (let i = 0; i < 11; i++) {
      end(health, { action: "cool", retryAfterMs: null }, nowMs);
      seen.push(waits(health, nowMs));
      nowMs += waits(health, nowMs);
    }
    expect(seen).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
    end(health, { action: "none" }, nowMs);
    end(health, { action: "cool", retryAfterMs: null }, nowMs);
    expect(waits(health, nowMs)).toBe(1_000);
  });

  test("isn't let back sooner by a later, shorter wait", () => {
    const health = newHealth();
    end(health, { action: "cool", retryAfterMs: 60_000 });
    end(health, { action: "cool", retryAfterMs: 1_000 });
    expect(waits(health)).toBe(60_000);
  });
});

describe("a key whose supplier fails", () => {
  const open = (): KeyHealth => {
    const health = newHealth();
    for (let i = 0; i < 5; i++) end(health, { action: "fault" });
    return health;
  };

  test("is left alone for a second after the fifth fault in a row, not after four", () => {
    const health = newHealth();
    for (let i = 0; i < 4; i++) end(health, { action: "fault" });
    expect(waits(health)).toBe(0);
    end(health, { action: "fault" });
    expect(waits(health)).toBe(1_000);
  });

  test("then takes one request on trial: the others wait, a fault doubles the time, a success ends it", () => {
    const health = open();
    expect(waits(health, T + 1_000)).toBe(0);
    recordStart(health);
    expect(waits(health, T + 1_000)).toBeGreaterThan(0);
    recordEnd(health, { forKey: { action: "fault" }, modelId: "m", source: SOURCE, latencyMs: 1, nowMs: T + 1_000 });
    expect(waits(health, T + 1_000)).toBe(2_000);
    end(health, { action: "none" }, T + 3_000);
    expect(waits(health, T + 3_000)).toBe(0);
    end(health, { action: "fault" }, T + 3_000);
    expect(waits(health, T + 3_000)).toBe(0);
  });

  test("isn't punished twice by faults of requests that were under way", () => {
    const health = open();
    for (let i = 0; i < 20; i++) end(health, { action: "fault" });
    expect(waits(health)).toBe(1_000);
  });

  test("isn't left alone for longer than half a minute", () => {
    const health = open();
    let nowMs = T;
    for (let i = 0; i < 12; i++) {
      nowMs += waits(health, nowMs);
      end(health, { action: "fault" }, nowMs);
    }
    expect(waits(health, nowMs)).toBe(30_000);
  });
});

describe("a key that can't use a model, by what its supplier says", () => {
  const refuse = (health: KeyHealth, account: string, body: string, nowMs = T): void =>
    end(health, { action: "avoid_model" }, nowMs, "m", { account, body });

  test("is avoided for ten minutes, for that model only, once two callers were told so", () => {
    const health = newHealth();
    refuse(health, "a", "one");
    expect(waits(health)).toBe(0);
    refuse(health, "b", "one");
    expect([waits(health), waits(health, T, "another")]).toEqual([600_000, 0]);
  });

  test("is avoided once one caller was told so for three different bodies", () => {
    const health = newHealth();
    for (const body of ["one", "two"]) refuse(health, "a", body);
    expect(waits(health)).toBe(0);
    refuse(health, "a", "three");
    expect(waits(health)).toBe(600_000);
  });

  test("isn't avoided for one prompt, however often one caller sends it", () => {
    const health = newHealth();
    for (let n = 0; n < 50; n++) refuse(health, "a", "one", T + n);
    expect(waits(health)).toBe(0);
  });

  test("isn't avoided for what was said more than ten minutes apart", () => {
    const health = newHealth();
    refuse(health, "a", "one");
    refuse(health, "b", "two", T + 600_001);
    expect(waits(health, T + 600_001)).toBe(0);
  });
});

test("probes of quarantined keys come after 1, 2, 4 minutes; of keys without money after 15 minutes, doubling to a day", () => {
  expect([1, 2, 3].map((failures) => quarantineProbeMs(0, failures) / 60_000)).toEqual([1, 2, 4]);
  expect([1, 2, 3, 20].map((failures) => noMoneyProbeMs(0, null, failures) / 60_000)).toEqual([15, 30, 60, 1_440]);
});

test("two keys and 30% of a provider's at once are the provider's fault; one alone never is", () => {
  expect(isProviderFault(1, 1)).toBe(false);
  expect(isProviderFault(2, 2)).toBe(true);
  expect(isProviderFault(2, 7)).toBe(false);
  expect(isProviderFault(3, 10)).toBe(true);
});
