import { systemCtx } from "../ctx";
import { type ConfigVersion, type Database, readConfigVersion } from "../db";
import { isUuid, randomFraction, type Uuid } from "../ids";
import type { Bus } from "../redis";
import { nowMs as clock } from "../time";
import type { Vault } from "../vault";
import { chooseKey, type KeyRequest } from "./choose-key";
import { dearestOf } from "./dearest-of";
import type { Choice, KeyEnd, Pool } from "./pool";
import type { KeyCount } from "./pool-key";
import type { KeyAction } from "../providers";
import { recordEnd, recordStart } from "./key-health";
import { loadPoolKeys } from "./load-pool-keys";
import { createPoolMemory, type PoolMemory } from "./pool-memory";
import { countKeysOutOfUse } from "./pool.store";
import { recordVerdict } from "./record-verdict";

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
    dearestDiscount: (request) => dearestOf(memory.candidates(request).map(({ key }) => key.channel.discount)),
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
