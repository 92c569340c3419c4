import type { Ctx } from "../ctx";
import { bumpConfig, type Database, type Tx } from "../db";
import type { Uuid } from "../ids";
import type { Decimal, Nanos } from "../money";
import type { KeyFault } from "../providers";
import { enqueue } from "../queue/outbox";
import type { SecretText, Vault } from "../vault";
import { decryptPoolKey } from "./key-secret";
import { type PoolKeyState, quotaLeft } from "./pool-key";
import {
  findPoolKey,
  listDuePoolKeys,
  lockPoolKey,
  type PoolKeyChange,
  type StoredPoolKey,
  updatePoolKeys,
} from "./pool.store";
import { INVALID_PROOF, livenessProbeMs, livenessRetryMs, noMoneyProbeMs, quarantineProbeMs } from "./probe-schedule";
import { recordVerdict } from "./verdict";
import { QUOTA_USED } from "./key-lifecycle";

/** What a probe of a key needs. `models` maps our names to the channel's own, where it has them. */
export type KeyToProbe = {
  id: Uuid;
  provider: string;
  baseUrl: string | null;
  models: ReadonlyMap<string, string> | null;
  secret: SecretText;
  state: PoolKeyState;
  /** Whether an advance may rest on it: only a paid answer then shows that it is worth something. */
  isUnderAdvance: boolean;
  costFactor: Decimal;
};

const toProbe = (vault: Vault, key: StoredPoolKey): KeyToProbe => ({
  id: key.id,
  provider: key.channel.provider,
  baseUrl: key.channel.baseUrl,
  models: key.channel.models,
  secret: decryptPoolKey(vault, key),
  state: key.state,
  isUnderAdvance: key.probeAtMs !== null,
  costFactor: key.channel.costFactor,
});

/** Keys due for a probe, those probed longest ago first: out of use, or with an advance resting on them; and those that don't open. */
export async function listDueProbes(
  database: Database,
  vault: Vault,
  nowMs: number,
  page: { limit: number; except: readonly Uuid[] },
): Promise<{ keys: KeyToProbe[]; undecryptable: Uuid[] }> {
  const [keys, undecryptable]: [KeyToProbe[], Uuid[]] = [[], []];
  for (const key of await listDuePoolKeys(database.reader, nowMs, page)) {
    try {
      keys.push(toProbe(vault, key));
    } catch {
      undecryptable.push(key.id); // the vault's error says no more than that
    }
  }
  return { keys, undecryptable };
}

/** One key to probe, or null where there is none of that id. Errors: where it can't be decrypted. */
export async function findProbe(database: Database, vault: Vault, id: Uuid): Promise<KeyToProbe | null> {
  const key = await findPoolKey(database.reader, id);
  return key && toProbe(vault, key);
}

/**
 * The result of a probe. `unknown`: the answer says nothing about the key. `costNanos`: what the probe cost, where it paid.
 */
export type Probe =
  | { outcome: "valid"; costNanos?: Nanos }
  | { outcome: "invalid" | "no_money"; reason: KeyFault }
  | { outcome: "unknown"; reason: string };

/** The job that follows when a contributor's key has died: `{pool_key, reason}`. */
export const DIED_TOPIC = "pool_key_died";

const UNKNOWN_RETRY_MS = 60_000;
const PROBED_STATES: readonly PoolKeyState[] = ["active", "quarantined", "depleted", "paused"];

/** A contributor's account with quota left by our count has no money: it was spent elsewhere, and this probe confirms it. */
const isDrained = (key: StoredPoolKey): boolean =>
  key.ownerId !== null && key.failures > 0 && quotaLeft(key.quotaNanos, key.costNanos) !== 0n;

/** What a probe means for a key that its owner paused: it stays paused until it is proven dead. */
function afterPausedProbe(key: StoredPoolKey, probe: Probe, nowMs: number): PoolKeyChange {
  const failures = key.failures + 1;
  switch (probe.outcome) {
    case "valid":
      return { failures: 0, lastError: null, aliveAtMs: nowMs, probeAtMs: nextProbeMs(key, nowMs) };
    case "unknown":
      return { lastError: probe.reason, probeAtMs: key.probeAtMs === null ? null : livenessRetryMs(nowMs) };
    case "invalid":
    case "no_money": {
      const isDead = probe.outcome === "invalid" ? failures >= INVALID_PROOF : isDrained(key);
      const reason = probe.outcome === "invalid" ? probe.reason : "drained";
      const suspect = { failures, lastError: probe.reason, aliveAtMs: null };
      if (isDead) return { ...suspect, state: "disabled", reason, coolingUntilMs: null };
      const isInvalid = probe.outcome === "invalid";
      const again = isInvalid ? quarantineProbeMs(nowMs, failures) : noMoneyProbeMs(nowMs, key.ownerId, failures);
      return { ...suspect, probeAtMs: again };
    }
  }
}

const nextProbeMs = (key: StoredPoolKey, nowMs: number): number | null =>
  key.probeAtMs === null ? null : livenessProbeMs(nowMs);

function afterProbe(key: StoredPoolKey, probe: Probe, nowMs: number): PoolKeyChange {
  if (key.state === "paused") return afterPausedProbe(key, probe, nowMs);
  const failures = key.failures + 1;
  switch (probe.outcome) {
    case "valid":
      if (quotaLeft(key.quotaNanos, key.costNanos) === 0n)
        return { state: "depleted", reason: QUOTA_USED, coolingUntilMs: null };
      return {
        state: "active",
        reason: null,
        failures: 0,
        lastError: null,
        coolingUntilMs: null,
        aliveAtMs: nowMs,
        probeAtMs: nextProbeMs(key, nowMs),
      };
    case "invalid":
      if (failures >= INVALID_PROOF) {
        return { state: "disabled", reason: probe.reason, failures, lastError: probe.reason, coolingUntilMs: null };
      }
      return {
        state: "quarantined",
        reason: probe.reason,
        failures,
        lastError: probe.reason,
        coolingUntilMs: quarantineProbeMs(nowMs, failures),
      };
    case "no_money":
      if (isDrained(key)) {
        return { state: "disabled", reason: "drained", failures, lastError: probe.reason, coolingUntilMs: null };
      }
      return {
        state: "depleted",
        reason: probe.reason,
        failures,
        lastError: probe.reason,
        coolingUntilMs: noMoneyProbeMs(nowMs, key.ownerId, failures),
      };
    case "unknown":
      // An active key stays in use, and cools down as long as it was to; others are probed again soon.
      if (key.state !== "active") return { lastError: probe.reason, coolingUntilMs: nowMs + UNKNOWN_RETRY_MS };
      return { lastError: probe.reason, probeAtMs: key.probeAtMs === null ? null : livenessRetryMs(nowMs) };
  }
}

export type RecordedProbe = { outcome: "recorded"; state: string; died: boolean };

/** A key in use that is found invalid is judged as by a request's answer: many of a provider at once are its fault. */
async function recordRefusal(
  tx: Tx,
  ctx: Ctx,
  { poolKeyId, probe }: { poolKeyId: Uuid; probe: Probe },
): Promise<RecordedProbe | null> {
  const found = probe.outcome === "invalid" ? await findPoolKey(tx, poolKeyId) : null;
  if (probe.outcome !== "invalid" || found?.state !== "active") return null;
  const verdict = await recordVerdict(tx, ctx, { poolKeyId, forKey: { action: "quarantine", reason: probe.reason } });
  // Another took it out meanwhile.
  if (verdict.outcome === "unchanged") return null;
  if (found.probeAtMs !== null) await updatePoolKeys(tx, [poolKeyId], { probeAtMs: livenessRetryMs(ctx.nowMs) });
  return { outcome: "recorded", state: verdict.outcome === "quarantined" ? "quarantined" : "active", died: false };
}

/**
 * Act on a probe of a key: back to use, out of use until the next probe, or disabled: after enough invalid answers, or where a
 * contributor's account has no money although its quota isn't used up.
 *
 * `died` says that this probe was the last one: the key's quota is lost, and so is what it would have earned, which a job sees
 * to where it is a contributor's. A key that an operator took out meanwhile stays as it is; one that its owner paused stays
 * paused unless it died. The caller books what the probe cost.
 */
export async function recordProbe(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; probe: Probe },
): Promise<RecordedProbe | { outcome: "unchanged" }> {
  const refused = await recordRefusal(tx, ctx, input);
  if (refused) return refused;
  const key = await lockPoolKey(tx, input.poolKeyId);
  if (!key || !PROBED_STATES.includes(key.state)) return { outcome: "unchanged" };
  const change = afterProbe(key, input.probe, ctx.nowMs);
  await updatePoolKeys(tx, [key.id], { ...change, checkedAtMs: ctx.nowMs });
  const state = change.state ?? key.state;
  if (state !== key.state || change.failures === 0) await bumpConfig(tx, "pool");
  const died = state === "disabled";
  if (died && key.ownerId !== null) {
    await enqueue(tx, DIED_TOPIC, { pool_key: key.id, reason: change.reason ?? "unknown" });
  }
  return { outcome: "recorded", state, died };
}
