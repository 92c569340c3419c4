import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { assert, ScripError } from "../errors";
import type { Uuid } from "../ids";
import { type Nanos, nanos } from "../money";
import { enqueue } from "../queue/outbox";
import { type KeyReason, type PoolKeyView, quotaLeft } from "./pool-key";
import { wipeSecret } from "./key-secret.store";
import {
  addCosts,
  depleteUsedUp,
  type KeyCost,
  listPoolKeys,
  lockPoolKey,
  type StoredPoolKey,
  updatePoolKeys,
} from "./pool.store";
import { probeAtOnce } from "./probe-schedule";

/** One key, locked until the transaction ends. Errors: `not_found`. */
async function requirePoolKey(tx: Tx, id: Uuid): Promise<StoredPoolKey> {
  const key = await lockPoolKey(tx, id);
  if (!key) throw new ScripError("not_found", "There is no such key in the pool.");
  return key;
}

/** What an operator is shown of a stored key. */
function viewPoolKey(key: StoredPoolKey, nowMs: number): PoolKeyView {
  const isCooling = key.state === "active" && key.coolingUntilMs > nowMs;
  return {
    id: key.id,
    channelId: key.channel.id,
    provider: key.channel.provider,
    ownerId: key.ownerId,
    hint: key.hint,
    state: isCooling ? "cooling" : key.state,
    reason: key.reason,
    quotaNanos: key.quotaNanos,
    costNanos: key.costNanos,
    quotaLeftNanos: quotaLeft(key.quotaNanos, key.costNanos),
    health: {
      failures: key.failures,
      lastError: key.lastError,
      coolingUntilMs: key.coolingUntilMs > nowMs ? key.coolingUntilMs : null,
      checkedAtMs: key.checkedAtMs,
    },
    createdAtMs: key.createdAtMs,
  };
}

/** A supplier's key as an operator sees it, never its secret. Errors: `not_found`. */
export async function getPoolKey(tx: Tx, ctx: Pick<Ctx, "nowMs">, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  return viewPoolKey(await requirePoolKey(tx, input.poolKeyId), ctx.nowMs);
}

/** The pool's keys, newest first, a page at a time: with state, quota left and health, never a secret. */
export async function listPool(
  tx: Tx,
  ctx: Pick<Ctx, "nowMs">,
  page: { limit: number; before: Uuid | null },
): Promise<{ keys: PoolKeyView[]; next: Uuid | null }> {
  const rows = await listPoolKeys(tx, page.limit + 1, page.before);
  const keys = rows.slice(0, page.limit).map((row) => viewPoolKey(row, ctx.nowMs));
  return { keys, next: rows.length > page.limit ? (keys.at(-1)?.id ?? null) : null };
}

/**
 * Put a key back to use, its failures cleared. Enabling an active one ends its cool-down.
 *
 * Errors: `not_found`; `state_conflict` where no quota is left, or its owner paused, retired or lost it.
 */
export async function enablePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "revoked" || key.state === "retired" || key.state === "paused") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only its owner can change that.`);
  }
  if (quotaLeft(key.quotaNanos, key.costNanos) === 0n) {
    throw new ScripError("state_conflict", "This key has no quota left. Raise its quota first.");
  }
  const change = { state: "active", reason: null, failures: 0, lastError: null } as const;
  await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null, ...probeAtOnce(key, ctx.nowMs) });
  await bumpConfig(tx, "pool");
  return viewPoolKey({ ...key, ...change, coolingUntilMs: 0 }, ctx.nowMs);
}

/**
 * Take a key out of use until somebody enables it; requests under way with it end as they would. Disabling it again
 * changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for a key that is gone for good (revoked or retired).
 */
export async function disablePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "revoked" || key.state === "retired") {
    throw new ScripError("state_conflict", `This key is ${key.state} and can't change any more.`);
  }
  const change = { state: "disabled", reason: "by_operator" } as const;
  if (key.state !== "disabled") {
    await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null });
    await bumpConfig(tx, "pool");
  }
  return viewPoolKey(key.state === "disabled" ? key : { ...key, ...change, coolingUntilMs: 0 }, ctx.nowMs);
}

/**
 * Take a key out of use for its owner; requests under way with it end as they would. Pausing it again changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for a key that isn't in use anyway.
 */
export async function pausePoolKey(tx: Tx, _ctx: Ctx, input: { poolKeyId: Uuid }): Promise<void> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "paused") return;
  if (key.state !== "active") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only one that is in use can be paused.`);
  }
  await updatePoolKeys(tx, [key.id], { state: "paused", reason: "by_owner" });
  await bumpConfig(tx, "pool");
}

/**
 * Put a key that its owner paused back to use. One that is in use stays so; one whose quota is used up is depleted. One that
 * isn't known to be live is probed at once.
 *
 * Errors: `not_found`; `state_conflict` for a key that is out of use for another reason.
 */
export async function resumePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<void> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (key.state === "active") return;
  if (key.state !== "paused") {
    throw new ScripError("state_conflict", `This key is ${key.state}: only one that its owner paused can be resumed.`);
  }
  const isUsedUp = quotaLeft(key.quotaNanos, key.costNanos) === 0n;
  const change = isUsedUp
    ? ({ state: "depleted", reason: QUOTA_USED } as const)
    : ({ state: "active", reason: null } as const);
  await updatePoolKeys(tx, [key.id], { ...change, coolingUntilMs: null, ...probeAtOnce(key, ctx.nowMs) });
  await bumpConfig(tx, "pool");
}

/**
 * Take a key out of use for good and destroy its secret. Requests under way with it end as they would: gateways drop it
 * from memory once they have read this. A key that has ended stays as it is.
 *
 * Errors: `not_found`.
 */
export async function closePoolKey(
  tx: Tx,
  _ctx: Ctx,
  input: { poolKeyId: Uuid; state: "revoked" | "retired"; reason: KeyReason },
): Promise<void> {
  const { state, reason, poolKeyId } = input;
  const key = await requirePoolKey(tx, poolKeyId);
  if (key.state === "revoked" || key.state === "retired") return;
  await updatePoolKeys(tx, [key.id], { state, reason, coolingUntilMs: null });
  await wipeSecret(tx, key.id);
  await bumpConfig(tx, "pool");
}

/** The job that probes a key with its provider: `{pool_key}`. */
export const PROBE_TOPIC = "probe_pool_key";

/**
 * Have a key probed with its provider, in a job after this transaction. Gives the key as it is now; `checkedAtMs`
 * moves when the probe is done.
 *
 * Errors: `not_found`; `state_conflict` for a key that is disabled or gone (enable it first).
 */
export async function revalidatePoolKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<PoolKeyView> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  if (!["active", "quarantined", "depleted", "paused"].includes(key.state)) {
    throw new ScripError("state_conflict", `This key is ${key.state}. Enable it first, then validate it.`);
  }
  await enqueue(tx, PROBE_TOPIC, { pool_key: key.id });
  return viewPoolKey(key, ctx.nowMs);
}

/** The reason of a key whose quota is used up: it isn't probed, but enabled with more quota. */
export const QUOTA_USED = "quota_used";

/**
 * Count what settled attempts cost against their keys' quotas, whatever state the keys are in; active ones with nothing
 * left are depleted. Gateways are notified only where a state changed. Returns the keys that were depleted.
 *
 * Units: nanodollars.
 */
export async function chargePoolKeys(tx: Tx, _ctx: Ctx, costs: ReadonlyMap<Uuid, KeyCost>): Promise<Uuid[]> {
  if (costs.size === 0) return [];
  await addCosts(tx, costs);
  const depleted = await depleteUsedUp(tx, [...costs.keys()], QUOTA_USED);
  if (depleted.length > 0) await bumpConfig(tx, "pool");
  return depleted;
}

/**
 * Add to what is left of the quota of a key that was just probed, where none is below what it cost already; one that
 * had used it up serves again. Gives its cost and its new quota.
 *
 * Units: nanodollars. Errors: `not_found`.
 */
export async function raiseQuota(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; addedNanos: Nanos },
): Promise<{ costNanos: Nanos; quotaNanos: Nanos }> {
  const key = await requirePoolKey(tx, input.poolKeyId);
  assert(key.quotaNanos !== null, "only a known quota is raised");
  const { costNanos } = key;
  const base = key.quotaNanos > costNanos ? key.quotaNanos : costNanos;
  const quotaNanos = nanos(base + input.addedNanos);
  const isUsedUp = key.state === "depleted" && key.reason === QUOTA_USED;
  await updatePoolKeys(tx, [key.id], {
    quotaNanos,
    aliveAtMs: ctx.nowMs,
    ...(isUsedUp && { state: "active", reason: null }),
  });
  await bumpConfig(tx, "pool");
  return { costNanos, quotaNanos };
}
