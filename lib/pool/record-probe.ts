import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Uuid } from "../ids";
import type { KeyFault } from "../providers";
import { enqueue } from "../queue/enqueue";
import { QUOTA_USED } from "./charge-pool-keys";
import { quotaLeft } from "./pool-key";
import { lockPoolKey, type PoolKeyChange, type StoredPoolKey, updatePoolKeys } from "./pool.store";
import { INVALID_PROOF, noMoneyProbeMs, quarantineProbeMs } from "./probe-schedule";

/** What a look at a key found. `unknown`: the provider didn't answer in a way that says anything of the key. */
export type Probe =
  | { outcome: "valid" }
  | { outcome: "invalid" | "no_money"; reason: KeyFault }
  | { outcome: "unknown"; reason: string };

/** The job that follows when a contributor's key has died: `{pool_key, reason}`. */
export const DIED_TOPIC = "pool_key_died";

const UNKNOWN_RETRY_MS = 60_000;

/** A contributor's account with quota left by our books has no money: it was spent elsewhere, and this look confirms it. */
const isDrained = (key: StoredPoolKey): boolean =>
  key.ownerId !== null && key.failures > 0 && quotaLeft(key.quotaNanos, key.costNanos) !== 0n;

function afterProbe(key: StoredPoolKey, probe: Probe, nowMs: number): PoolKeyChange {
  const failures = key.failures + 1;
  switch (probe.outcome) {
    case "valid":
      if (quotaLeft(key.quotaNanos, key.costNanos) === 0n)
        return { state: "depleted", reason: QUOTA_USED, coolingUntilMs: null };
      return { state: "active", reason: null, failures: 0, lastError: null, coolingUntilMs: null };
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
      // An active key that was looked at on demand stays in use; others are looked at again soon.
      return { lastError: probe.reason, coolingUntilMs: key.state === "active" ? null : nowMs + UNKNOWN_RETRY_MS };
  }
}

/**
 * Act on a look at a key: back to use, out of use until the next look, or disabled: after enough invalid answers, or where a
 * contributor's account has no money although its quota isn't used up.
 *
 * `died` says that this look was the last one: the key's quota is lost, and so is what it would have earned, which a job sees
 * to where it is a contributor's. A key that an operator or its owner took out meanwhile stays as it is.
 */
export async function recordProbe(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; probe: Probe },
): Promise<{ outcome: "recorded"; state: string; died: boolean } | { outcome: "unchanged" }> {
  const key = await lockPoolKey(tx, input.poolKeyId);
  if (!key || !["active", "quarantined", "depleted"].includes(key.state)) return { outcome: "unchanged" };
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
