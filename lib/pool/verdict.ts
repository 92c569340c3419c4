import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Uuid } from "../ids";
import type { KeyAction, KeyFault } from "../providers";
import { findPoolKey, listSuspects, lockPoolKey, lockProvider, type StoredPoolKey, updatePoolKeys } from "./pool.store";
import { INVALID_PROOF, noMoneyProbeMs, quarantineProbeMs } from "./probe-schedule";

/** What an answer changed for the key in every process. */
export type Verdict = {
  outcome: "unchanged" | "quarantined" | "provider_fault" | "depleted" | "cooling" | "recovered";
};

const FAULT_SHARE = { keys: 3, of: 10 };
const FAULT_KEYS_MIN = 2;

/** Within this time invalid answers on many keys of one provider are the provider's fault. Units: milliseconds. */
const PROVIDER_FAULT_WINDOW_MS = 5 * 60_000;
/** How long all of them then wait. Units: milliseconds. */
const PROVIDER_FAULT_COOLING_MS = 30_000;

/** Whether so many keys of a provider that seem invalid at once speak against the provider: two or more, and 30% of them. */
export const isProviderFault = (suspects: number, total: number): boolean =>
  suspects >= FAULT_KEYS_MIN && suspects * FAULT_SHARE.of >= total * FAULT_SHARE.keys;

/** Quarantine one key; many at once are spared and wait, because then the provider is at fault. */
async function quarantine(tx: Tx, ctx: Ctx, key: StoredPoolKey, reason: KeyFault): Promise<Verdict> {
  const failures = key.failures + 1;
  const keys = await listSuspects(tx, key.channel.provider, ctx.nowMs - PROVIDER_FAULT_WINDOW_MS);
  const suspects = keys.filter(({ id, isSuspect }) => isSuspect || id === key.id).map(({ id }) => id);
  const checked = { lastError: reason, checkedAtMs: ctx.nowMs };
  // A key that keeps being refused through several such faults is no longer spared.
  if (isProviderFault(suspects.length, keys.length) && failures < INVALID_PROOF * 2) {
    const coolingUntilMs = ctx.nowMs + PROVIDER_FAULT_COOLING_MS;
    await updatePoolKeys(tx, suspects, { state: "active", reason: null, coolingUntilMs });
    await updatePoolKeys(tx, [key.id], { failures, ...checked });
    return { outcome: "provider_fault" };
  }
  const coolingUntilMs = quarantineProbeMs(ctx.nowMs, 1);
  await updatePoolKeys(tx, [key.id], { state: "quarantined", reason, coolingUntilMs, failures, ...checked });
  return { outcome: "quarantined" };
}

async function judge(tx: Tx, ctx: Ctx, key: StoredPoolKey, forKey: KeyAction): Promise<Verdict> {
  switch (forKey.action) {
    case "quarantine":
      return quarantine(tx, ctx, key, forKey.reason);
    case "deplete": {
      const failures = key.failures + 1;
      const coolingUntilMs = forKey.recheckAtMs ?? noMoneyProbeMs(ctx.nowMs, key.ownerId, failures);
      const change = {
        reason: forKey.reason,
        lastError: forKey.reason,
        coolingUntilMs,
        failures,
        checkedAtMs: ctx.nowMs,
      };
      await updatePoolKeys(tx, [key.id], { state: "depleted", ...change });
      return { outcome: "depleted" };
    }
    case "cool": {
      const coolingUntilMs = ctx.nowMs + (forKey.retryAfterMs ?? 0);
      if (coolingUntilMs <= key.coolingUntilMs) return { outcome: "unchanged" };
      await updatePoolKeys(tx, [key.id], { coolingUntilMs });
      return { outcome: "cooling" };
    }
    case "none":
      if (key.failures === 0) return { outcome: "unchanged" };
      await updatePoolKeys(tx, [key.id], { failures: 0, lastError: null });
      return { outcome: "recovered" };
    case "avoid_model":
    case "fault":
      return { outcome: "unchanged" };
  }
}

/**
 * Judge what a supplier's answer (401, 402, 429 …, as adapters classify it) means for a key, and store it for every process.
 * A key that isn't active any more stays as it is, so that the answers of requests under way with it count once.
 */
export async function recordVerdict(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid; forKey: KeyAction }): Promise<Verdict> {
  const found = await findPoolKey(tx, input.poolKeyId);
  if (found?.state !== "active") return { outcome: "unchanged" };
  await lockProvider(tx, found.channel.provider);
  const key = await lockPoolKey(tx, input.poolKeyId);
  if (key?.state !== "active") return { outcome: "unchanged" };
  const verdict = await judge(tx, ctx, key, input.forKey);
  const isNews = verdict.outcome !== "unchanged" && verdict.outcome !== "recovered";
  if (isNews) await bumpConfig(tx, "pool");
  return verdict;
}
