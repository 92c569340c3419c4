import type { Uuid } from "../ids";
import type { KeyAction } from "../providers";
import type { PoolKey } from "./pool-key";

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
};

const SMOOTHING = 0.2;
const FAULTS_TO_OPEN = 5;
const BREAKER_FIRST_MS = 1_000;
const BREAKER_MAX_MS = 30_000;
const COOLING_FIRST_MS = 1_000;
const COOLING_MAX_MS = 300_000;
const RETRY_AFTER_MAX_MS = 600_000;
const AVOID_MODEL_MS = 24 * 3_600_000;

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
});

/** When the key can next be used for that model: a time that isn't after now means at once. Units: epoch milliseconds. */
export function usableFromMs(health: KeyHealth, modelId: string, nowMs: number): number {
  // A breaker whose time is up lets one request through; the others wait for what comes of it.
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

/** How long to cool down: what the supplier asked for, else 1 s doubling with every refusal in a row, to 5 minutes. */
function coolingMs(steps: number, retryAfterMs: number | null): number {
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

/** A request that went out with the key came to an end, and what that says of the key. */
export function recordEnd(
  health: KeyHealth,
  end: { forKey: KeyAction; modelId: string; latencyMs: number; nowMs: number },
): void {
  health.inFlight = Math.max(0, health.inFlight - 1);
  const { forKey, modelId, latencyMs, nowMs } = end;
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
        nowMs + coolingMs(health.coolingSteps, forKey.retryAfterMs),
      );
      health.coolingSteps += 1;
      break;
    case "avoid_model":
      health.avoided.set(modelId, nowMs + AVOID_MODEL_MS);
      break;
    case "quarantine":
    case "deplete":
      // The pool takes the key out; its state is in the database, not here.
      break;
  }
}

/** What decides which keys may serve a request at all. */
export type KeyNeeds = {
  provider: string;
  modelId: string;
  /** Those that the caller's key is pinned to, empty for all. */
  channels: readonly string[];
  /** Whether what it costs can be told: a contributor's key that served it otherwise would run empty and earn nothing. */
  isCosted: boolean;
  /** Whether it may go to the supplier's own address only: a channel's may be a relay, which would bill what has no price. */
  avoidsRelays: boolean;
};
/** What a request needs a key for. */
export type KeyRequest = KeyNeeds & {
  exclude: readonly Uuid[];
  nowMs: number;
};
export type Candidate = { key: PoolKey; health: KeyHealth };

const LATENCY_FLOOR_MS = 200;
const ERROR_WEIGHT = 8;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/** Whether the key may serve that request at all, setting aside whether it can at this moment. */
export function mayServe(key: PoolKey, request: KeyNeeds): boolean {
  const { channel } = key;
  return (
    channel.provider === request.provider &&
    (key.ownerId === null || request.isCosted) &&
    (channel.baseUrl === null || !request.avoidsRelays) &&
    (request.channels.length === 0 || request.channels.includes(channel.id)) &&
    (channel.models === null || channel.models.has(request.modelId))
  );
}

/** How keys weigh: their channel's weight, shared among its keys; 1 on average. */
function weightsOf(candidates: readonly Candidate[]): number[] {
  const keysOfChannel = new Map<string, number>();
  for (const { key } of candidates) keysOfChannel.set(key.channel.id, (keysOfChannel.get(key.channel.id) ?? 0) + 1);
  const weights = candidates.map(({ key }) => key.channel.weight / (keysOfChannel.get(key.channel.id) ?? 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (weight / sum) * weights.length);
}

function pickByWeight(candidates: readonly Candidate[], weights: readonly number[], random: () => number): number {
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let index = 0; index < candidates.length - 1; index++) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return index;
  }
  return candidates.length - 1;
}

/** Smaller is better: load for its weight (1 on average), stretched by how slow and how unreliable the key has been. */
function burden({ health }: Candidate, weight: number): number {
  const slowness = Math.max(health.latencyMs, LATENCY_FLOOR_MS) / LATENCY_FLOOR_MS;
  return (1 + health.inFlight / weight) * slowness * (1 + ERROR_WEIGHT * health.errorRate);
}

/** The better of two different keys, each picked at random by weight; of equals, the one used less for its weight. */
function betterOfTwo(candidates: readonly Candidate[], random: () => number): Candidate | undefined {
  const weights = weightsOf(candidates);
  const one = pickByWeight(candidates, weights, random);
  const others = weights.map((weight, index) => (index === one ? 0 : weight));
  const two = candidates.length > 1 ? pickByWeight(candidates, others, random) : one;
  const [first, second] = [candidates[one], candidates[two]];
  if (!first || !second || one === two) return first;
  const [firstWeight, secondWeight] = [weights[one] ?? 1, weights[two] ?? 1];
  const difference = burden(first, firstWeight) - burden(second, secondWeight);
  if (difference !== 0) return difference < 0 ? first : second;
  return first.health.uses / firstWeight <= second.health.uses / secondWeight ? first : second;
}

/**
 * Choose a key: of the best priority that has a usable one, the better of two picked at random by weight.
 *
 * `candidates` are keys that may serve the request. With none usable it says when the next may be.
 * Units: `retryAfterMs` in milliseconds, between 1 and 30 seconds.
 */
export function chooseKey(
  candidates: readonly Candidate[],
  request: KeyRequest,
  random: () => number,
): { outcome: "key"; key: PoolKey } | { outcome: "none"; retryAfterMs: number } {
  let soonestMs = request.nowMs + RETRY_MAX_MS;
  let best: Candidate[] = [];
  for (const candidate of candidates) {
    const { key, health } = candidate;
    if (key.quotaLeftNanos !== null && key.quotaLeftNanos <= 0n) continue;
    const fromMs = Math.max(usableFromMs(health, request.modelId, request.nowMs), key.coolingUntilMs);
    if (fromMs > request.nowMs) soonestMs = Math.min(soonestMs, fromMs);
    if (fromMs > request.nowMs || request.exclude.includes(key.id)) continue;
    const bestPriority = best[0]?.key.channel.priority ?? Number.NEGATIVE_INFINITY;
    if (key.channel.priority > bestPriority) best = [candidate];
    else if (key.channel.priority === bestPriority) best.push(candidate);
  }
  const chosen = betterOfTwo(best, random);
  if (chosen) return { outcome: "key", key: chosen.key };
  return { outcome: "none", retryAfterMs: Math.max(RETRY_MIN_MS, soonestMs - request.nowMs) };
}
