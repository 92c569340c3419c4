import { systemCtx } from "../ctx";
import { type ConfigVersion, type Database, readConfigVersion } from "../db";
import { isUuid, randomFraction, type Uuid } from "../ids";
import { type Decimal, type Nanos, nanos, toScale, ZERO_NANOS } from "../money";
import type { KeyAction } from "../providers";
import type { Bus } from "../redis";
import { nowMs as clock } from "../time";
import type { SecretText, Vault } from "../vault";
import { chooseKey, type KeyNeeds, type KeyRequest } from "./choose-key";
import { recordEnd, recordStart, type RequestSource } from "./key-health";
import { decryptPoolKey } from "./key-secret";
import { type KeyCount, type PoolKey, quotaLeft } from "./pool-key";
import { createPoolMemory, type PoolMemory } from "./pool-memory";
import { countKeysOutOfUse, listActivePoolKeys, type StoredPoolKey, sumUnfoldedCosts } from "./pool.store";
import { recordVerdict } from "./verdict";

/** A key as a request uses it. `baseUrl` and `upstreamModel` are null where the provider's and the model's own hold. */
export type ChosenKey = {
  id: Uuid;
  channelId: string;
  /** The contributor, or null for the platform's own. */
  ownerId: Uuid | null;
  secret: SecretText;
  baseUrl: string | null;
  upstreamModel: string | null;
  discount: Decimal;
  costFactor: Decimal;
};
export type Choice = { outcome: "key"; key: ChosenKey } | { outcome: "none"; retryAfterMs: number };

/** How a request with a key ended. Units: milliseconds, nanodollars. */
export type KeyEnd = {
  forKey: KeyAction;
  modelId: string;
  source: RequestSource;
  latencyMs: number;
  costNanos: Nanos;
  nowMs: number;
};

/** One process's view of the pool. */
export type Pool = {
  /** Choose a key for a request; `exclude` holds those it tried already. */
  choose(request: KeyRequest): Choice;
  /** A request goes out with the key: called before it is sent, so that load counts. */
  started(id: Uuid): void;
  /** It came back, or didn't; once for each `started`. What that means is acted on at once here, and soon everywhere. */
  finished(id: Uuid, end: KeyEnd): void;
  /** The highest discount factor of the channels that may serve: what a reservation assumes. Null where none may. */
  maxDiscount(request: KeyNeeds): Decimal | null;
  /** Whether one may serve now, or after a wait: it has something left, even if it cools down. */
  canServe(request: KeyNeeds): boolean;
  /** At which addresses and by which names for the model the keys that may serve do so: a reservation counts for each. */
  places(request: KeyNeeds): Pick<ChosenKey, "baseUrl" | "upstreamModel">[];
  /** Keys by state as this process knows them, those that ended left out, in counts to be added up: for metrics. */
  count(nowMs: number): KeyCount[];
  /** Read the keys again if they changed, or it is time to. */
  refresh(version?: ConfigVersion): Promise<void>;
  /** Resolves when every verdict is stored. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

const SCALE_MAX = 30;

/** The greatest of some decimals, or null of none. */
function maxDecimal(decimals: readonly Decimal[]): Decimal | null {
  let max: Decimal | null = null;
  for (const decimal of decimals) {
    if (max === null || (toScale(decimal, SCALE_MAX) ?? 0n) > (toScale(max, SCALE_MAX) ?? 0n)) max = decimal;
  }
  return max;
}

/** Called with what went wrong in the background. */
type Report = (problem: string, error: unknown) => void;

/** The active keys, decrypted. One that can't be (a missing master key, a tampered row) is reported; the others serve. */
async function loadPoolKeys(database: Database, vault: Vault, report: Report): Promise<PoolKey[]> {
  // Read before the keys: a fold in between counts a cost twice for a moment, never not at all.
  const unfolded = await sumUnfoldedCosts(database.reader);
  const stored = await listActivePoolKeys(database.reader);
  const open = (key: StoredPoolKey): PoolKey[] => {
    try {
      const costNanos = nanos(key.costNanos + (unfolded.get(key.id) ?? ZERO_NANOS));
      return [{ ...key, secret: decryptPoolKey(vault, key), quotaLeftNanos: quotaLeft(key.quotaNanos, costNanos) }];
    } catch (error) {
      // One bad row must not take the whole pool away.
      report(`pool key ${key.id} can't be opened`, error);
      return [];
    }
  };
  return stored.flatMap(open);
}

export type PoolOptions = {
  /** How often the version row is polled; 0 leaves that to calls of `refresh`. */
  pollMs?: number;
  random?: () => number;
  report?: Report;
  /** Where there is a Redis: cool-downs and verdicts reach the other processes at once, not with their next poll. */
  bus?: Pick<Bus, "publish" | "subscribe">;
};

const POLL_MS = 250;
const REREAD_MS = 10_000;
/** Topics of the bus: the pool changed; a key cools down (`<id> <until, epoch ms>`). */
const CHANGED = "pool_changed";
const COOLING = "pool_cooling";
/** Shorter cool-downs stay in this process: others find out by themselves, and the database is spared. */
const SHARED_COOLING_MS = 5_000;

/** Whether every process has to know of it. */
function isForEverybody(forKey: KeyAction, failures: number): boolean {
  if (forKey.action === "quarantine" || forKey.action === "deplete") return true;
  if (forKey.action === "cool") return (forKey.retryAfterMs ?? 0) >= SHARED_COOLING_MS;
  return forKey.action === "none" && failures > 0;
}

/** Reads the keys again when pool or catalogue changed (channels belong to the catalogue), and now and then anyway. */
function createReader(database: Database, vault: Vault, memory: PoolMemory, report: Report) {
  let seen: { version: ConfigVersion; atMs: number } | undefined;
  let outOfUse: readonly KeyCount[] = [];
  async function refresh(known?: ConfigVersion): Promise<void> {
    const readAtMs = clock();
    const version = known ?? (await readConfigVersion(database.reader));
    const isSame = seen?.version.pool === version.pool && seen.version.catalog === version.catalog;
    if (seen && isSame && readAtMs - seen.atMs < REREAD_MS) return;
    outOfUse = await countKeysOutOfUse(database.reader);
    memory.replace(await loadPoolKeys(database, vault, report), readAtMs);
    seen = { version, atMs: readAtMs };
  }
  return { refresh, outOfUse: () => outOfUse };
}

/** Stores verdicts behind the requests that caused them, then has the other processes refresh. */
function createWriter(database: Database, report: Report, bus: PoolOptions["bus"]) {
  const writes = new Set<Promise<void>>();
  return {
    share(poolKeyId: Uuid, forKey: KeyAction, nowMs: number): void {
      const write = database
        .inTransaction((tx) => recordVerdict(tx, systemCtx("pool", nowMs), { poolKeyId, forKey }))
        .then(() => bus?.publish(CHANGED, ""))
        .catch((error: unknown) => report(`what pool key ${poolKeyId} answered couldn't be written down`, error))
        .finally(() => writes.delete(write));
      writes.add(write);
    },
    async idle(): Promise<void> {
      while (writes.size > 0) await Promise.all(writes);
    },
  };
}

/** Repeats some work until it is stopped; a failure is reported and the next turn retries. */
function repeat(work: () => Promise<void>, everyMs: number, report: Report): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = everyMs <= 0;
  const next = (): void => {
    if (!isStopped) timer = setTimeout(() => void turn(), everyMs).unref();
  };
  async function turn(): Promise<void> {
    await work().catch((error: unknown) => report("the pool couldn't be read again", error));
    next();
  }
  next();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

function choose(memory: PoolMemory, request: KeyRequest, random: () => number): Choice {
  const chosen = chooseKey(memory.candidates(request), request, random);
  if (chosen.outcome === "none") return chosen;
  const { id, ownerId, secret, channel } = chosen.key;
  const { id: channelId, baseUrl, discount, costFactor } = channel;
  const upstreamModel = channel.models?.get(request.modelId) ?? null;
  return { outcome: "key", key: { id, channelId, ownerId, secret, baseUrl, upstreamModel, discount, costFactor } };
}

/** Another process was rate limited with a key: so is this one. */
function applyCooling(memory: PoolMemory, text: string): void {
  const [, id = "", untilMs] = /^(\S+) (\d{1,15})$/.exec(text) ?? [];
  if (!isUuid(id)) return;
  const health = memory.health(id);
  health.coolingUntilMs = Math.max(health.coolingUntilMs, Number(untilMs));
}

/**
 * Open a process's pool: active keys in memory, decrypted, read again within a poll of every change of the pool.
 *
 * Nothing on the request path waits for the database. Errors: throws where the keys can't be read at the start; later
 * failures are reported and retried at the next poll, with the keys that are known.
 */
export async function createPool(database: Database, vault: Vault, options: PoolOptions = {}): Promise<Pool> {
  const { pollMs = POLL_MS, random = randomFraction, report = () => undefined, bus } = options;
  const memory = createPoolMemory();
  const writer = createWriter(database, report, bus);
  const { refresh, outOfUse } = createReader(database, vault, memory, report);
  await refresh();
  bus?.subscribe(
    CHANGED,
    () => void refresh().catch((error: unknown) => report("the pool couldn't be read again", error)),
  );
  bus?.subscribe(COOLING, (text) => applyCooling(memory, text));
  const stop = repeat(refresh, pollMs, report);

  function finished(id: Uuid, end: KeyEnd): void {
    recordEnd(memory.health(id), end);
    memory.spend(id, end.costNanos, end.nowMs);
    if (end.forKey.action === "cool") bus?.publish(COOLING, `${id} ${memory.health(id).coolingUntilMs}`);
    const key = memory.get(id);
    if (!key || !isForEverybody(end.forKey, key.failures)) return;
    // Here at once; everywhere else when the others have read it.
    if (end.forKey.action === "none") memory.clearFailures(id);
    if (end.forKey.action === "quarantine" || end.forKey.action === "deplete") memory.remove(id);
    writer.share(id, end.forKey, end.nowMs);
  }

  return {
    choose: (request) => choose(memory, request, random),
    started: (id) => recordStart(memory.health(id)),
    finished,
    maxDiscount: (request) => maxDecimal(memory.candidates(request).map(({ key }) => key.channel.discount)),
    canServe: (request) =>
      memory.candidates(request).some(({ key: { quotaLeftNanos: left } }) => left === null || left > 0n),
    places: (request) =>
      memory.candidates(request).map(({ key: { channel } }) => ({
        baseUrl: channel.baseUrl,
        upstreamModel: channel.models?.get(request.modelId) ?? null,
      })),
    count: (nowMs) => [...memory.count(nowMs), ...outOfUse()],
    refresh,
    idle: () => writer.idle(),
    async close() {
      stop();
      await writer.idle();
    },
  };
}
