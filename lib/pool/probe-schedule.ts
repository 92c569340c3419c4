import type { Uuid } from "../ids";

const QUARANTINE_FIRST_MS = 60_000;
const NO_MONEY_FIRST_MS = 15 * 60_000;
const NO_MONEY_MAX_MS = 24 * 3_600_000;

/** After so many invalid answers in a row, at least seven minutes apart in all, a key is taken to be dead. */
export const INVALID_PROOF = 4;

/** When a quarantined key is probed again: after 1, 2, 4 minutes. Units: epoch milliseconds. */
export const quarantineProbeMs = (nowMs: number, failures: number): number =>
  nowMs + QUARANTINE_FIRST_MS * 2 ** Math.max(0, Math.min(failures, INVALID_PROOF) - 1);

/**
 * When a key that had no money is probed again: the platform's own after 15 minutes, doubling to a day; a contributor's
 * after a minute, to be sure. Units: epoch milliseconds.
 */
export const noMoneyProbeMs = (nowMs: number, ownerId: Uuid | null, failures: number): number =>
  ownerId === null
    ? nowMs + Math.min(NO_MONEY_FIRST_MS * 2 ** Math.min(Math.max(0, failures - 1), 30), NO_MONEY_MAX_MS)
    : nowMs + QUARANTINE_FIRST_MS;

const LIVENESS_MS = 8 * 3_600_000;
const LIVENESS_RETRY_MS = 15 * 60_000;
/** A key that neither served nor passed a probe for so long isn't live: no advance rests on it. Units: milliseconds. */
export const LIVE_MS = 24 * 3_600_000;

/** When a key that an advance may rest on is probed again, though nothing speaks against it. Units: epoch milliseconds. */
export const livenessProbeMs = (nowMs: number): number => nowMs + LIVENESS_MS;

/** When it is probed again after a probe that said nothing: often enough to pass one before it isn't live any more. */
export const livenessRetryMs = (nowMs: number): number => nowMs + LIVENESS_RETRY_MS;

/** Has a key that comes back to use probed at once, where an advance may rest on it and it isn't known to be live. */
export function probeAtOnce(
  { aliveAtMs, probeAtMs }: { aliveAtMs: number | null; probeAtMs: number | null },
  nowMs: number,
): { probeAtMs?: number } {
  const isLive = aliveAtMs !== null && aliveAtMs > nowMs - LIVE_MS;
  return probeAtMs === null || isLive ? {} : { probeAtMs: nowMs };
}
