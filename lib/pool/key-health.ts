import type { KeyAction } from "../providers";

/** What this process has lately seen of a key. Only `recordEnd`, `recordStart` and `newHealth` make one. */
export type KeyHealth = {
  inFlight: number;
  /** How often it was chosen by this process, for even wear. */
  uses: number;
  /** Moving average of recent requests. Units: milliseconds. */
  latencyMs: number;
  /** Moving average, from 0 to 1. */
  errorRate: number;
  faultsInRow: number;
  /** How often in a row the breaker opened without a success in between. */
  breakerOpens: number;
  breakerUntilMs: number;
  coolingSteps: number;
  coolingUntilMs: number;
  /** Models that the key can't use, and until when that is believed. */
  avoided: Map<string, number>;
  /** Answers that said so of a model, until they are proof. */
  doubts: Map<string, Doubt[]>;
};

/** Whose request a supplier refused, and which body it had: one caller, or one prompt, proves nothing of a key. */
export type RequestSource = { account: string; body: string };
type Doubt = RequestSource & { atMs: number };

const SMOOTHING = 0.2;
const FAULTS_TO_OPEN = 5;
const BREAKER_FIRST_MS = 1_000;
const BREAKER_MAX_MS = 30_000;
const COOLING_FIRST_MS = 1_000;
const COOLING_MAX_MS = 300_000;
const RETRY_AFTER_MAX_MS = 600_000;
const AVOID_MODEL_MS = 600_000;
const DOUBT_MS = 600_000;
const DOUBTS_MAX = 8;
const ACCOUNTS_FOR_PROOF = 2;
const BODIES_FOR_PROOF = 3;

/** A key that nothing is known of yet. */
export const newHealth = (): KeyHealth => ({
  inFlight: 0,
  uses: 0,
  latencyMs: 0,
  errorRate: 0,
  faultsInRow: 0,
  breakerOpens: 0,
  breakerUntilMs: 0,
  coolingSteps: 0,
  coolingUntilMs: 0,
  avoided: new Map(),
  doubts: new Map(),
});

/** When the key can next be used for that model: a time that isn't after now means at once. Units: epoch milliseconds. */
export function usableFromMs(health: KeyHealth, modelId: string, nowMs: number): number {
  // A breaker that is half open lets one request through; the others wait for its result.
  const isOnTrial = health.breakerOpens > 0 && health.breakerUntilMs <= nowMs && health.inFlight > 0;
  return Math.max(
    health.coolingUntilMs,
    health.avoided.get(modelId) ?? 0,
    isOnTrial ? nowMs + BREAKER_FIRST_MS : health.breakerUntilMs,
  );
}

/** A request goes out with the key. */
export function recordStart(health: KeyHealth): void {
  health.inFlight += 1;
  health.uses += 1;
}

/** How long to cool down after a 429: what the supplier asked for, else 1 s doubling with each in a row, to 5 minutes. */
function coolDownMs(steps: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, COOLING_FIRST_MS), RETRY_AFTER_MAX_MS);
  return Math.min(COOLING_FIRST_MS * 2 ** Math.min(steps, 30), COOLING_MAX_MS);
}

function recordFault(health: KeyHealth, nowMs: number): void {
  health.errorRate += SMOOTHING * (1 - health.errorRate);
  health.faultsInRow += 1;
  // Half open, one more fault is enough to open it again, for twice the time.
  if (health.faultsInRow < FAULTS_TO_OPEN && health.breakerOpens === 0) return;
  // Faults of requests that were under way when it opened say nothing new.
  if (health.breakerUntilMs > nowMs) return;
  health.breakerUntilMs = nowMs + Math.min(BREAKER_FIRST_MS * 2 ** Math.min(health.breakerOpens, 30), BREAKER_MAX_MS);
  health.breakerOpens += 1;
}

function recordSuccess(health: KeyHealth, latencyMs: number): void {
  health.latencyMs = health.latencyMs === 0 ? latencyMs : health.latencyMs + SMOOTHING * (latencyMs - health.latencyMs);
  health.errorRate -= SMOOTHING * health.errorRate;
  health.faultsInRow = 0;
  health.breakerOpens = 0;
  health.breakerUntilMs = 0;
  health.coolingSteps = 0;
}

/** Avoid a model once two callers, or three bodies, were told within ten minutes that the key can't use it. */
function recordDoubt(health: KeyHealth, modelId: string, source: RequestSource, nowMs: number): void {
  const recent = (health.doubts.get(modelId) ?? []).filter(({ atMs }) => atMs > nowMs - DOUBT_MS);
  const doubts = [...recent, { ...source, atMs: nowMs }].slice(-DOUBTS_MAX);
  health.doubts.set(modelId, doubts);
  const count = (what: keyof RequestSource): number => new Set(doubts.map((doubt) => doubt[what])).size;
  if (count("account") < ACCOUNTS_FOR_PROOF && count("body") < BODIES_FOR_PROOF) return;
  health.avoided.set(modelId, nowMs + AVOID_MODEL_MS);
  health.doubts.delete(modelId);
}

/** A request with the key ended, and what its answer means: a 429 cools the key down, faults in a row open its breaker. */
export function recordEnd(
  health: KeyHealth,
  end: { forKey: KeyAction; modelId: string; source: RequestSource; latencyMs: number; nowMs: number },
): void {
  health.inFlight = Math.max(0, health.inFlight - 1);
  const { forKey, modelId, source, latencyMs, nowMs } = end;
  switch (forKey.action) {
    case "none":
      recordSuccess(health, latencyMs);
      break;
    case "fault":
      recordFault(health, nowMs);
      break;
    case "cool":
      health.coolingUntilMs = Math.max(
        health.coolingUntilMs,
        nowMs + coolDownMs(health.coolingSteps, forKey.retryAfterMs),
      );
      health.coolingSteps += 1;
      break;
    case "avoid_model":
      recordDoubt(health, modelId, source, nowMs);
      break;
    case "quarantine":
    case "deplete":
      // The pool takes the key out; its state is in the database, not here.
      break;
  }
}
