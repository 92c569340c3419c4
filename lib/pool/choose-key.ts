import type { Uuid } from "../ids";
import { type KeyHealth, usableFromMs } from "./key-health";
import type { PoolKey } from "./pool-key";

/** What decides which keys may serve a request at all. */
export type KeyNeeds = {
  provider: string;
  modelId: string;
  /** Those that the caller's key is pinned to, empty for all. */
  channels: readonly string[];
  /** Whether its cost is known: a contributor's key that served it otherwise would be used up and earn nothing. */
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
export function mayServe(key: Pick<PoolKey, "channel" | "ownerId">, request: KeyNeeds): boolean {
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
