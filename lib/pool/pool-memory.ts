import type { Uuid } from "../ids";
import { type Nanos, nanos } from "../money";
import { type Candidate, type KeyNeeds, mayServe } from "./choose-key";
import { type KeyHealth, newHealth } from "./key-health";
import type { KeyCount, PoolKey } from "./pool-key";

/** The keys that a process may use and what it has lately seen of them. */
export type PoolMemory = {
  /** Replace the keys by those that the database had at a time; the health of keys that stay is kept. */
  replace(keys: readonly PoolKey[], readAtMs: number): void;
  get(id: Uuid): PoolKey | undefined;
  /** What was seen of a key, which outlives its being in use: requests under way with it still end. */
  health(id: Uuid): KeyHealth;
  /** Take a key out before the database says so. */
  remove(id: Uuid): void;
  /** Clear the failures that the database is about to clear. */
  clearFailures(id: Uuid): void;
  /** The state of each key. */
  count(nowMs: number): KeyCount[];
  /** Count a cost against a key's quota before the database does. */
  spend(id: Uuid, costNanos: Nanos, nowMs: number): void;
  /** The keys that may serve such a request, each with its quota as far as it is known here. */
  candidates(request: KeyNeeds): Candidate[];
};

type Spent = { costNanos: bigint; atMs: number };
type Entry = { stored: PoolKey; health: KeyHealth; spent: Spent[]; spentNanos: bigint };

// A cost arrives here at about the time of its settlement's commit: counted twice for so long rather than never.
const COMMIT_MARGIN_MS = 2_000;

/** A key with what this process spent on it, and the database may not know of, taken off its quota. */
function withSpent({ stored, spentNanos }: Entry): PoolKey {
  if (stored.quotaLeftNanos === null || spentNanos === 0n) return stored;
  return { ...stored, quotaLeftNanos: nanos(stored.quotaLeftNanos - spentNanos) };
}

/** An active key in its state as it stands here; one that waits, be it for its breaker, cools down. */
function countOne(entry: Entry, nowMs: number): KeyCount {
  const { channel, quotaLeftNanos, coolingUntilMs } = withSpent(entry);
  const { health } = entry;
  const isWaiting = Math.max(coolingUntilMs, health.coolingUntilMs, health.breakerUntilMs) > nowMs;
  const isUsedUp = quotaLeftNanos !== null && quotaLeftNanos <= 0n;
  return { provider: channel.provider, state: isUsedUp ? "depleted" : isWaiting ? "cooling" : "active", count: 1 };
}

const sumOf = (spent: readonly Spent[]): bigint => spent.reduce((sum, { costNanos }) => sum + costNanos, 0n);

/** An empty memory. */
export function createPoolMemory(): PoolMemory {
  let entries = new Map<Uuid, Entry>();
  let byProvider = new Map<string, Entry[]>();
  // Of keys that left the pool, until nothing is under way with them.
  const departed = new Map<Uuid, KeyHealth>();

  const index = (): void => {
    byProvider = new Map();
    for (const entry of entries.values()) {
      const { provider } = entry.stored.channel;
      const list = byProvider.get(provider);
      if (list) list.push(entry);
      else byProvider.set(provider, [entry]);
    }
  };

  const depart = (id: Uuid, { health }: Entry): void => {
    if (health.inFlight > 0) departed.set(id, health);
  };

  return {
    replace(keys, readAtMs) {
      const next = new Map<Uuid, Entry>();
      for (const stored of keys) {
        const known = entries.get(stored.id);
        const spent = (known?.spent ?? []).filter(({ atMs }) => atMs > readAtMs - COMMIT_MARGIN_MS);
        const health = known?.health ?? departed.get(stored.id) ?? newHealth();
        next.set(stored.id, { stored, health, spent, spentNanos: sumOf(spent) });
        departed.delete(stored.id);
      }
      for (const [id, entry] of entries) if (!next.has(id)) depart(id, entry);
      entries = next;
      index();
    },
    get(id) {
      return entries.get(id)?.stored;
    },
    health(id) {
      return entries.get(id)?.health ?? departed.get(id) ?? newHealth();
    },
    remove(id) {
      const entry = entries.get(id);
      if (!entry) return;
      depart(id, entry);
      entries.delete(id);
      index();
    },
    clearFailures(id) {
      const entry = entries.get(id);
      if (entry) entry.stored = { ...entry.stored, failures: 0 };
    },
    count: (nowMs) => [...entries.values()].map((entry) => countOne(entry, nowMs)),
    spend(id, costNanos, nowMs) {
      const entry = entries.get(id);
      if (!entry || entry.stored.quotaLeftNanos === null || costNanos <= 0n) return;
      entry.spent.push({ costNanos, atMs: nowMs });
      entry.spentNanos += costNanos;
    },
    candidates(request) {
      const found: Candidate[] = [];
      for (const entry of byProvider.get(request.provider) ?? []) {
        if (!mayServe(entry.stored, request)) continue;
        found.push({ key: withSpent(entry), health: entry.health });
      }
      return found;
    },
  };
}
