import { type PoolKeyView, quotaLeft } from "./pool-key";
import type { StoredPoolKey } from "./pool.store";

/** What an operator is shown of a stored key. */
export function viewPoolKey(key: StoredPoolKey, nowMs: number): PoolKeyView {
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
