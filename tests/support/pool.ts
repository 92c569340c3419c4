import { afterAll, beforeAll, beforeEach } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { type Database, openDatabase } from "@/lib/db";
import type { Uuid } from "@/lib/ids";
import { nanos, type Nanos } from "@/lib/money";
import { addPoolKey, createPool, listPool, type Pool, type PoolKeyView } from "@/lib/pool";
import type { KeyAction } from "@/lib/providers";
import { nowMs } from "@/lib/time";
import { SecretText, useVault, vault } from "@/lib/vault";
import { testDatabase, type TestDatabase } from "./database";
import { putChannel, testMasterKeys } from "./supply";

let clone: TestDatabase;
let open: Pool[] = [];
let made = 0;

/** The database of the file's tests; emptied of keys before each, with one channel, `main`. */
export let db: Database;

const closePools = async (): Promise<void> => {
  await Promise.all(open.map((pool) => pool.close()));
  open = [];
};

/** Give the file's tests a database, a vault and the verbs below. */
export function usePoolDatabase(): void {
  beforeAll(async () => {
    useVault(testMasterKeys());
    clone = await testDatabase();
    db = openDatabase(clone.url, 5);
  });
  beforeEach(async () => {
    await closePools();
    await db.pool.query("delete from pool_key");
    await db.pool.query("delete from channel");
    await putChannel(db, "main");
  });
  afterAll(async () => {
    await closePools();
    await db.close();
    await clone.drop();
  });
}

export const ctx = (atMs = nowMs()) => systemCtx("test", atMs);

export async function addKey(channelId = "main", quotaNanos: Nanos | null = null): Promise<Uuid> {
  const secret = new SecretText(`sk-supplier-${++made}-0123456789`);
  return (await db.inTransaction((tx) => addPoolKey(tx, ctx(), { channelId, secret, quotaNanos }))).id;
}

export async function openPool(report?: (problem: string) => void): Promise<Pool> {
  const pool = await createPool(db, vault(), { report });
  open.push(pool);
  return pool;
}

export const request = (exclude: Uuid[] = [], channels: string[] = []) => ({
  provider: "openai",
  modelId: "gpt-4o-mini",
  channels,
  isCosted: true,
  avoidsRelays: false,
  exclude,
  nowMs: nowMs(),
});

export function chosenId(pool: Pool, exclude: Uuid[] = [], channels: string[] = []): Uuid | null {
  const choice = pool.choose(request(exclude, channels));
  return choice.outcome === "key" ? choice.key.id : null;
}

/** One request with a key, and how it ended. */
export function answer(pool: Pool, id: Uuid, forKey: KeyAction, costNanos = 0n): void {
  pool.started(id);
  const source = { account: "somebody", body: "" };
  pool.finished(id, {
    forKey,
    modelId: "gpt-4o-mini",
    source,
    latencyMs: 10,
    costNanos: nanos(costNanos),
    nowMs: nowMs(),
  });
}

/** What an operator sees of a key. */
export async function view(id: Uuid): Promise<PoolKeyView> {
  const { keys } = await listPool(db.reader, ctx(), { limit: 100, before: null });
  const found = keys.find((key) => key.id === id);
  if (!found) throw new Error("no such key");
  return found;
}
