import type { Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { type Nanos, storedDecimal } from "../money";
import type { EncryptedSecret } from "../vault";
import { type KeyCount, type KeyReason, POOL_KEY_STATES, type PoolChannel, type PoolKeyState } from "./pool-key";

// A weight of zero still serves when nothing else can, and keeps divisions defined.
const MIN_WEIGHT = 0.001;

type Row = Prisma.pool_keyGetPayload<{ include: { channel: true } }>;

/** A pool key as it is stored, its secret still encrypted. */
export type StoredPoolKey = {
  id: Uuid;
  channel: PoolChannel;
  ownerId: Uuid | null;
  encrypted: EncryptedSecret;
  hint: string;
  state: PoolKeyState;
  reason: string | null;
  quotaNanos: Nanos | null;
  costNanos: Nanos;
  coolingUntilMs: number;
  failures: number;
  lastError: string | null;
  checkedAtMs: number | null;
  /** When it last served or passed a probe; null where that isn't known. */
  aliveAtMs: number | null;
  /** When it is probed next because an advance may rest on it; null where none does. */
  probeAtMs: number | null;
  createdAtMs: number;
};

/** The columns that verdicts, probes and operators change. */
export type PoolKeyChange = {
  state?: PoolKeyState;
  reason?: KeyReason | null;
  coolingUntilMs?: number | null;
  failures?: number;
  lastError?: string | null;
  checkedAtMs?: number;
  aliveAtMs?: number | null;
  probeAtMs?: number | null;
  quotaNanos?: Nanos;
};

/** What a key cost, and when it served for it; null where it served nobody. Units: nanodollars, epoch milliseconds. */
export type KeyCost = { costNanos: Nanos; servedAtMs: number | null };

function toModels(json: Prisma.JsonValue): ReadonlyMap<string, string> | null {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return null;
  return new Map(Object.entries(json).flatMap(([id, name]) => (typeof name === "string" ? [[id, name] as const] : [])));
}

function toChannel(row: Row["channel"]): PoolChannel {
  return {
    id: row.id,
    provider: row.provider,
    priority: row.priority,
    weight: Math.max(row.weight, MIN_WEIGHT),
    baseUrl: row.baseUrl,
    models: toModels(row.models),
    discount: storedDecimal(row.discount, `the discount of channel ${row.id}`),
    costFactor: storedDecimal(row.costFactor, `the cost factor of channel ${row.id}`),
  };
}

function toStored(row: Row): StoredPoolKey {
  const state = POOL_KEY_STATES.find((known) => known === row.state);
  assert(state, `pool key ${row.id} has an unknown state: ${row.state}`);
  return {
    // Columns of type uuid, and bigint columns in nanodollars: the database checked their form.
    id: row.id as Uuid,
    ownerId: row.ownerId as Uuid | null,
    quotaNanos: row.quotaNanos as Nanos | null,
    costNanos: row.costNanos as Nanos,
    channel: toChannel(row.channel),
    encrypted: { masterKeyId: row.masterKeyId, wrappedKey: row.wrappedKey, ciphertext: row.ciphertext },
    hint: row.hint,
    state,
    reason: row.reason,
    coolingUntilMs: row.coolingUntil?.getTime() ?? 0,
    failures: row.failures,
    lastError: row.lastError,
    checkedAtMs: row.checkedAt?.getTime() ?? null,
    aliveAtMs: row.aliveAt?.getTime() ?? null,
    probeAtMs: row.probeAt?.getTime() ?? null,
    createdAtMs: row.createdAt.getTime(),
  };
}

/** The keys that routing may use: active, on channels that are switched on. */
export async function listActivePoolKeys(tx: Tx): Promise<StoredPoolKey[]> {
  const rows = await queries(tx).pool_key.findMany({
    where: { state: "active", channel: { enabled: true } },
    include: { channel: true },
    orderBy: { id: "asc" },
  });
  return rows.map(toStored);
}

/** The keys that routing may use and that have something left of their quota, without their secrets. */
export async function listSupplying(tx: Tx): Promise<Pick<StoredPoolKey, "channel" | "ownerId">[]> {
  const { pool_key } = queries(tx);
  const rows = await pool_key.findMany({
    where: {
      state: "active",
      channel: { enabled: true },
      OR: [{ quotaNanos: null }, { costNanos: { lt: pool_key.fields.quotaNanos } }],
    },
    select: { ownerId: true, channel: true },
  });
  // A column of type uuid.
  return rows.map(({ ownerId, channel }) => ({ ownerId: ownerId as Uuid | null, channel: toChannel(channel) }));
}

/** How many keys are out of use and may come back, by provider and state. */
export async function countKeysOutOfUse(tx: Tx): Promise<KeyCount[]> {
  return queries(tx).$queryRaw<KeyCount[]>`
    select c.provider, k.state, count(*)::int as count from pool_key k join channel_terms c on c.id = k.channel_id
    where k.state in ('depleted', 'quarantined', 'disabled', 'paused') group by c.provider, k.state`;
}

/** What settled requests cost that isn't folded into their keys' rows yet. Units: nanodollars by key. */
export async function sumUnfoldedCosts(tx: Tx): Promise<Map<string, bigint>> {
  const rows = await queries(tx).$queryRaw<{ pool_key: string; cost: bigint }[]>`
    select pool_key::text, cost_nanos as cost from books.unfolded_cost`;
  return new Map(rows.map(({ pool_key, cost }) => [pool_key, cost]));
}

/** Every key, newest first, from after one id on. */
export async function listPoolKeys(tx: Tx, limit: number, before: Uuid | null): Promise<StoredPoolKey[]> {
  const rows = await queries(tx).pool_key.findMany({
    where: before ? { id: { lt: before } } : {},
    include: { channel: true },
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map(toStored);
}

/** Keys due for a probe: out of use, or with an advance resting on them (also paused, also on disabled channels). */
export async function listDuePoolKeys(
  tx: Tx,
  nowMs: number,
  { limit, except }: { limit: number; except: readonly Uuid[] },
): Promise<StoredPoolKey[]> {
  const due = { lte: new Date(nowMs) };
  const outOfUse = { state: { in: ["quarantined", "depleted"] }, coolingUntil: due, channel: { enabled: true } };
  const underAdvance = { state: { in: ["active", "paused"] }, probeAt: due };
  const rows = await queries(tx).pool_key.findMany({
    where: { OR: [outOfUse, underAdvance], id: { notIn: [...except] } },
    include: { channel: true },
    orderBy: [{ checkedAt: { sort: "asc", nulls: "first" } }, { id: "asc" }],
    take: limit,
  });
  return rows.map(toStored);
}

/** One key, or null. */
export async function findPoolKey(tx: Tx, id: Uuid): Promise<StoredPoolKey | null> {
  const row = await queries(tx).pool_key.findUnique({ where: { id }, include: { channel: true } });
  return row && toStored(row);
}

/** Some keys, by id. */
export async function findPoolKeys(tx: Tx, ids: readonly Uuid[]): Promise<StoredPoolKey[]> {
  const rows = await queries(tx).pool_key.findMany({
    where: { id: { in: [...ids] } },
    include: { channel: true },
    orderBy: { id: "asc" },
  });
  return rows.map(toStored);
}

/** One key, locked until the transaction ends, or null. */
export async function lockPoolKey(tx: Tx, id: Uuid): Promise<StoredPoolKey | null> {
  await queries(tx).$queryRaw`select 1 from pool_key where id = ${id}::uuid for update`;
  return findPoolKey(tx, id);
}

/** Whether a channel has keys, in whatever state. */
export async function hasKeys(tx: Tx, channelId: string): Promise<boolean> {
  return (await queries(tx).pool_key.findFirst({ where: { channelId }, select: { id: true } })) !== null;
}

/** Serialize changes of one provider's keys until the transaction ends. */
export async function lockProvider(tx: Tx, provider: string): Promise<void> {
  await queries(tx).$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`pool:${provider}`}, 0))`;
}

/** Keys of a provider that serve or might again: each with whether it was taken out as invalid since that time. */
export async function listSuspects(
  tx: Tx,
  provider: string,
  sinceMs: number,
): Promise<{ id: Uuid; isSuspect: boolean }[]> {
  const rows = await queries(tx).pool_key.findMany({
    where: { state: { in: ["active", "quarantined"] }, channel: { provider } },
    select: { id: true, state: true, checkedAt: true },
  });
  return rows.map(({ id, state, checkedAt }) => ({
    id: id as Uuid, // a column of type uuid
    isSuspect: state === "quarantined" && (checkedAt?.getTime() ?? 0) >= sinceMs,
  }));
}

/** A time as a column takes it: null empties it, undefined leaves it as it is. */
const toTime = (ms: number | null | undefined): Date | null | undefined => (typeof ms === "number" ? new Date(ms) : ms);

/** Change what verdicts, probes and operators may change. */
export async function updatePoolKeys(tx: Tx, ids: readonly Uuid[], change: PoolKeyChange): Promise<void> {
  const { coolingUntilMs, checkedAtMs, aliveAtMs, probeAtMs, ...rest } = change;
  const times = {
    coolingUntil: toTime(coolingUntilMs),
    checkedAt: toTime(checkedAtMs),
    aliveAt: toTime(aliveAtMs),
    probeAt: toTime(probeAtMs),
  };
  await queries(tx).pool_key.updateMany({ where: { id: { in: [...ids] } }, data: { ...rest, ...times } });
}

/** Add to keys' costs, and note when they served, locking them in the order of their ids. Units: nanodollars. */
export async function addCosts(tx: Tx, costs: ReadonlyMap<Uuid, KeyCost>): Promise<void> {
  const ids = [...costs.keys()];
  const amounts = [...costs.values()].map(({ costNanos }) => String(costNanos));
  const served = [...costs.values()].map(({ servedAtMs }) => (servedAtMs === null ? null : new Date(servedAtMs)));
  await queries(tx).$queryRaw`select 1 from pool_key where id = any (${ids}::uuid[]) order by id for update`;
  await queries(tx).$executeRaw`
    update pool_key k set cost_nanos = k.cost_nanos + c.cost, alive_at = greatest(k.alive_at, c.served_at)
    from unnest(${ids}::uuid[], ${amounts}::bigint[], ${served}::timestamptz[]) as c(id, cost, served_at)
    where k.id = c.id`;
}

/** Deplete those of the keys that are active and have no quota left, and return their ids. */
export async function depleteUsedUp(tx: Tx, ids: readonly Uuid[], reason: string): Promise<Uuid[]> {
  const rows = await queries(tx).$queryRaw<{ id: Uuid }[]>`
    update pool_key set state = 'depleted', reason = ${reason}, cooling_until = null
    where id = any (${[...ids]}::uuid[]) and state = 'active' and cost_nanos >= quota_nanos
    returning id::text`;
  return rows.map(({ id }) => id);
}
