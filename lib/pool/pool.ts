import { systemCtx } from "../ctx";
import { type ConfigVersion, type Database, readConfigVersion } from "../db";
import { isUuid, randomFraction, type Uuid } from "../ids";
import { type Decimal, type Nanos, nanos, toScale, ZERO_NANOS } from "../money";
import type { KeyAction } from "../providers";
import type { Bus } from "../redis";
import { nowMs as clock } from "../time";
import type { SecretText, Vault } from "../vault";
import { chooseKey, type KeyNeeds, type KeyRequest, recordEnd, recordStart } from "./choose-key";
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
export type KeyEnd = { forKey: KeyAction; modelId: string; latencyMs: number; costNanos: Nanos; nowMs: number };

/** One process's view of the pool. */
export type Pool = {
  /** Choose a key for a request; `exclude` holds those it tried already. */
  choose(request: KeyRequest): Choice;
  /** A request goes out with the key: told before, so that load counts. */
  started(id: Uuid): void;
  /** It came back, or didn't; once for each `started`. What that means is acted on at once here, and soon everywhere. */
  finished(id: Uuid, end: KeyEnd): void;
  /** The highest discount factor of the channels that may serve: what a reservation reckons with. Null where none may. */
  maxDiscount(request: KeyNeeds): Decimal | null;
  /** At which addresses and by which names for the model the keys that may serve do so: a reservation counts for each. */
  places(request: KeyNeeds): Pick<ChosenKey, "baseUrl" | "upstreamModel">[];
  /** Keys by state as this process knows them, those that ended left out, in counts to be added up: for metrics. */
  count(nowMs: number): KeyCount[];
  /** Read the keys again if they changed, or it is time to. */
  refresh(version?: ConfigVersion): Promise<void>;
  /** Resolves when nothing is left to be written down. */
  idle(): Promise<void>;
  close(): Promise<void>;
};

const SCALE_MAX = 30;

/** The greatest of some decimals, or null of none. */
function maxDecimal(decimals: readonly Decimal[]): Decimal | null {
  let dearest: Decimal | null = null;
  for (const decimal of decimals) {
    if (dearest === null || (toScale(decimal, SCALE_MAX) ?? 0n) > (toScale(dearest, SCALE_MAX) ?? 0n))
      dearest = decimal;
  }
  return dearest;
}

/**
 * The active keys, opened. One that doesn't open (a master key is missing, its row was tampered with) is left out and
 * told of; the others serve.
 */
async function loadPoolKeys(
  database: Database,
  vault: Vault,
  tell: (problem: string, error: unknown) => void,
): Promise<PoolKey[]> {
  // Read before the keys: a fold in between counts a cost twice for a moment, never not at all.
  const unfolded = await sumUnfoldedCosts(database.reader);
  const stored = await listActivePoolKeys(database.reader);
  const open = (key: StoredPoolKey): PoolKey[] => {
    try {
      const costNanos = nanos(key.costNanos + (unfolded.get(key.id) ?? ZERO_NANOS));
      return [{ ...key, secret: decryptPoolKey(vault, key), quotaLeftNanos: quotaLeft(key.quotaNanos, costNanos) }];
    } catch (error) {
      // One bad row must not take the whole pool away.
      tell(`pool key ${key.id} can't be opened`, error);
      return [];
    }
  };
  return stored.flatMap(open);
}

/** Told of what went wrong in the background. */
type Tell = (problem: string, error: unknown) => void;
export type PoolOptions = {
  /** How often the version row is looked at; 0 leaves that to calls of `refresh`. */
  pollMs?: number;
  random?: () => number;
  tell?: Tell;
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
function createReader(database: Database, vault: Vault, memory: PoolMemory, tell: Tell) {
  let seen: { version: ConfigVersion; atMs: number } | undefined;
  let outOfUse: readonly KeyCount[] = [];
  async function refresh(known?: ConfigVersion): Promise<void> {
    const readAtMs = clock();
    const version = known ?? (await readConfigVersion(database.pool));
    const isSame = seen?.version.pool === version.pool && seen.version.catalog === version.catalog;
    if (seen && isSame && readAtMs - seen.atMs < REREAD_MS) return;
    outOfUse = await countKeysOutOfUse(database.reader);
    memory.replace(await loadPoolKeys(database, vault, tell), readAtMs);
    seen = { version, atMs: readAtMs };
  }
  return { refresh, outOfUse: () => outOfUse };
}

/** Writes verdicts down behind the requests that brought them, and then has the other processes look. */
function createWriter(database: Database, tell: Tell, bus: PoolOptions["bus"]) {
  const writes = new Set<Promise<void>>();
  return {
    share(poolKeyId: Uuid, forKey: KeyAction, nowMs: number): void {
      const write = database
        .inTransaction((tx) => recordVerdict(tx, systemCtx("pool", nowMs), { poolKeyId, forKey }))
        .then(() => bus?.publish(CHANGED, ""))
        .catch((error: unknown) => tell(`what pool key ${poolKeyId} answered couldn't be written down`, error))
        .finally(() => writes.delete(write));
      writes.add(write);
    },
    async idle(): Promise<void> {
      while (writes.size > 0) await Promise.all(writes);
    },
  };
}

/** Repeats some work until it is stopped; a failure is told and the next turn tries again. */
function repeat(work: () => Promise<void>, everyMs: number, tell: Tell): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = everyMs <= 0;
  const next = (): void => {
    if (!isStopped) timer = setTimeout(() => void turn(), everyMs).unref();
  };
  async function turn(): Promise<void> {
    await work().catch((error: unknown) => tell("the pool couldn't be read again", error));
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

/** Another process was told to slow down with a key: so were we. */
function hearCooling(memory: PoolMemory, text: string): void {
  const [, id = "", untilMs] = /^(\S+) (\d{1,15})$/.exec(text) ?? [];
  if (!isUuid(id)) return;
  const health = memory.health(id);
  health.coolingUntilMs = Math.max(health.coolingUntilMs, Number(untilMs));
}

/**
 * Open a process's pool: active keys in memory, decrypted, read again within a poll of every change of the pool.
 *
 * Nothing on the request path waits for the database. Errors: throws where the keys can't be read at the start; later
 * failures are told and tried again at the next poll, with the keys that are known.
 */
export async function createPool(database: Database, vault: Vault, options: PoolOptions = {}): Promise<Pool> {
  const { pollMs = POLL_MS, random = randomFraction, tell = () => undefined, bus } = options;
  const memory = createPoolMemory();
  const writer = createWriter(database, tell, bus);
  const { refresh, outOfUse } = createReader(database, vault, memory, tell);
  await refresh();
  bus?.subscribe(
    CHANGED,
    () => void refresh().catch((error: unknown) => tell("the pool couldn't be read again", error)),
  );
  bus?.subscribe(COOLING, (text) => hearCooling(memory, text));
  const stop = repeat(refresh, pollMs, tell);

  function finished(id: Uuid, end: KeyEnd): void {
    recordEnd(memory.health(id), end);
    memory.spend(id, end.costNanos, end.nowMs);
    if (end.forKey.action === "cool") bus?.publish(COOLING, `${id} ${memory.health(id).coolingUntilMs}`);
    const key = memory.get(id);
    if (!key || !isForEverybody(end.forKey, key.failures)) return;
    // Here at once; everywhere else when the others have read it.
    if (end.forKey.action === "none") memory.forgive(id);
    if (end.forKey.action === "quarantine" || end.forKey.action === "deplete") memory.remove(id);
    writer.share(id, end.forKey, end.nowMs);
  }

  return {
    choose: (request) => choose(memory, request, random),
    started: (id) => recordStart(memory.health(id)),
    finished,
    maxDiscount: (request) => maxDecimal(memory.candidates(request).map(({ key }) => key.channel.discount)),
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
