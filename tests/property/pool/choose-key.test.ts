import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import type { Nanos } from "@/lib/money";
import { type Candidate, chooseKey, type KeyRequest, mayServe } from "@/lib/pool/choose-key";
import { newHealth, recordEnd, recordStart } from "@/lib/pool/key-health";
import type { PoolChannel, PoolKey } from "@/lib/pool/pool-key";
import { SecretText } from "@/lib/vault";

const ONE = { digits: 1n, scale: 0 };
const channel = (id: string, rest: Partial<PoolChannel> = {}): PoolChannel => ({
  id,
  provider: "openai",
  priority: 1,
  weight: 1,
  baseUrl: null,
  models: null,
  discount: ONE,
  costFactor: ONE,
  ...rest,
});
let made = 0;
const candidate = (of: PoolChannel, rest: Partial<PoolKey> = {}): Candidate => ({
  key: {
    id: `key-${++made}` as Uuid,
    channel: of,
    ownerId: null,
    secret: new SecretText("sk"),
    quotaLeftNanos: null,
    coolingUntilMs: 0,
    failures: 0,
    ...rest,
  },
  health: newHealth(),
});
const request = (rest: Partial<KeyRequest> = {}): KeyRequest => ({
  provider: "openai",
  modelId: "m",
  channels: [],
  isCosted: true,
  avoidsRelays: false,
  exclude: [],
  nowMs: 1_000_000,
  ...rest,
});

/** Random numbers that are the same in each run. Source: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Sends so many requests one after the other, each taking as long as its key takes; how often each key was chosen. */
function spread(
  candidates: Candidate[],
  times: number,
  latencyOf: (key: PoolKey) => number,
  underWay = 1,
): Map<string, number> {
  const random = seeded(7);
  const counts = new Map<string, number>();
  const open: Candidate[] = [];
  for (let i = 0; i < times; i++) {
    const chosen = chooseKey(candidates, request(), random);
    if (chosen.outcome === "none") throw new Error("nothing to choose from");
    const found = candidates.find(({ key }) => key.id === chosen.key.id);
    if (!found) throw new Error("a key that was no candidate");
    recordStart(found.health);
    open.push(found);
    counts.set(found.key.id, (counts.get(found.key.id) ?? 0) + 1);
    if (open.length >= underWay) {
      const ended = open.shift();
      if (ended)
        recordEnd(ended.health, {
          forKey: { action: "none" },
          modelId: "m",
          source: { account: "a", body: "" },
          latencyMs: latencyOf(ended.key),
          nowMs: 1_000_000,
        });
    }
  }
  return counts;
}

describe("which keys may serve", () => {
  test("only those of the provider, on allowed channels, of channels that have the model", () => {
    const own = channel("own", { models: new Map([["m", "their-m"]]) });
    const { key } = candidate(own);
    expect(mayServe(key, request())).toBe(true);
    expect(mayServe(key, request({ channels: ["own", "x"] }))).toBe(true);
    expect(mayServe(key, request({ channels: ["x"] }))).toBe(false);
    expect(mayServe(key, request({ modelId: "other" }))).toBe(false);
    expect(mayServe(key, request({ provider: "groq" }))).toBe(false);
    expect(mayServe(key, request({ isCosted: false }))).toBe(true);
    expect(mayServe({ ...key, ownerId: "owner" as Uuid }, request({ isCosted: false }))).toBe(false);
  });
});

describe("choosing", () => {
  const keyState = fc.record({
    priority: fc.integer({ min: 0, max: 3 }),
    weight: fc.integer({ min: 1, max: 5 }),
    quotaLeftNanos: fc.option(fc.bigInt({ min: 0n, max: 3n }), { nil: null }),
    coolingUntilMs: fc.constantFrom(0, 999_999, 1_000_000, 1_000_001, 1_200_000),
    breakerUntilMs: fc.constantFrom(0, 1_000_000, 1_000_500),
    avoids: fc.boolean(),
    excluded: fc.boolean(),
  });

  test("takes a usable key of the best priority whenever there is one, and nothing else ever", () => {
    fc.assert(
      fc.property(fc.array(keyState, { maxLength: 8 }), fc.nat(), (states, seed) => {
        const exclude: Uuid[] = [];
        const usable: Candidate[] = [];
        const all = states.map((state, index) => {
          const quotaLeftNanos = state.quotaLeftNanos as Nanos | null;
          const { priority, weight, coolingUntilMs } = state;
          const one = candidate(channel(`c${index}`, { priority, weight }), { quotaLeftNanos, coolingUntilMs });
          one.health.breakerUntilMs = state.breakerUntilMs;
          if (state.avoids) one.health.avoided.set("m", 2_000_000);
          if (state.excluded) exclude.push(one.key.id);
          const isWell = quotaLeftNanos !== 0n && coolingUntilMs <= 1_000_000 && state.breakerUntilMs <= 1_000_000;
          if (isWell && !state.avoids && !state.excluded) usable.push(one);
          return one;
        });
        const chosen = chooseKey(all, request({ exclude }), seeded(seed));
        if (usable.length === 0) {
          expect(chosen.outcome).toBe("none");
          if (chosen.outcome === "none") expect(chosen.retryAfterMs).toBeGreaterThanOrEqual(1_000);
          return;
        }
        expect(chosen.outcome).toBe("key");
        const best = Math.max(...usable.map(({ key }) => key.channel.priority));
        const ids = usable.filter(({ key }) => key.channel.priority === best).map(({ key }) => key.id);
        if (chosen.outcome === "key") expect(ids).toContain(chosen.key.id);
      }),
      { numRuns: 500 },
    );
  });

  test("says when the next key is usable, and never less than a second nor more than half a minute", () => {
    const cooling = (untilMs: number): Candidate => candidate(channel("c"), { coolingUntilMs: untilMs });
    const waits = (candidates: Candidate[]): number => {
      const chosen = chooseKey(candidates, request(), seeded(1));
      return chosen.outcome === "none" ? chosen.retryAfterMs : 0;
    };
    expect(waits([cooling(1_009_000), cooling(1_004_000)])).toBe(4_000);
    expect(waits([cooling(1_000_010)])).toBe(1_000);
    expect(waits([cooling(9_000_000)])).toBe(30_000);
    expect(waits([])).toBe(30_000);
  });

  test("wears equal keys evenly: within 5% of each other after 10,000 requests", () => {
    const keys = Array.from({ length: 5 }, () => candidate(channel("c")));
    const counts = [...spread(keys, 10_000, () => 300, 8).values()];
    expect(counts).toHaveLength(5);
    expect(Math.min(...counts)).toBeGreaterThan(1_900);
    expect(Math.max(...counts)).toBeLessThan(2_100);
  });

  test("gives a channel three times the requests of another for three times the weight, however many keys either has", () => {
    const heavy = [candidate(channel("heavy", { weight: 3 }))];
    const light = Array.from({ length: 3 }, () => candidate(channel("light", { weight: 1 })));
    const counts = spread([...heavy, ...light], 12_000, () => 300, 8);
    const share = (counts.get(heavy[0]?.key.id ?? "") ?? 0) / 12_000;
    expect(share).toBeGreaterThan(0.65);
    expect(share).toBeLessThan(0.85);
  });

  test("avoids a key ten times slower, without starving it", () => {
    const [fast, other, slow] = [0, 1, 2].map(() => candidate(channel("c")));
    if (!fast || !other || !slow) throw new Error("three keys");
    const counts = spread([fast, other, slow], 9_000, (key) => (key.id === slow.key.id ? 3_000 : 300), 4);
    expect(counts.get(slow.key.id) ?? 0).toBeLessThan(900);
    expect(counts.get(slow.key.id) ?? 0).toBeGreaterThan(0);
  });

  test("prefers the key with fewer errors when load and speed are equal", () => {
    const [good, bad] = [candidate(channel("c")), candidate(channel("c"))];
    bad.health.errorRate = 0.3;
    const random = seeded(3);
    for (let i = 0; i < 200; i++) {
      const chosen = chooseKey([good, bad], request(), random);
      expect(chosen.outcome === "key" && chosen.key.id).toBe(good.key.id);
    }
  });
});
