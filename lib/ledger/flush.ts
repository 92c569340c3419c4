import type { Uuid } from "../ids";
import type { Micros, Nanos } from "../money";
import type { LeaseTerm } from "./lease";

/**
 * A counter that a reservation counts against, and how much of it. A `limit` of null means: count, don't limit.
 *
 * Units: `limit` and `amount` are microcredits or whole requests, as `unit` says.
 */
export type CounterLeg = {
  owner: Uuid;
  kind: string;
  period: string;
  unit: "micros" | "requests";
  limit: bigint | null;
  amount: bigint;
};

/**
 * What the usage record of a request needs and is known when it is reserved. Kept with the hold, so that a crash can
 * still be settled and reported.
 */
export type UsageDraft = {
  protocol: string;
  mode: "token" | "count" | "cache" | "batch";
  model: string;
  provider: string;
  upstreamModel: string;
  channel: string;
  /** The owner of the pool key of the first attempt, where it was contributed. */
  keyOwner: Uuid | null;
  priceCard: bigint;
  costCard: bigint | null;
  /** About what goes in: where a crash loses the reply, all that is known of the supplier's bill. Units: tokens. */
  inputTokens: number;
  streamed: boolean;
};

/** Set aside what a request may cost at most, with the record of its first attempt. All legs fit, or none. */
export type Reserve = {
  hold: Uuid;
  wallet: bigint;
  apiKey: Uuid;
  amountMicros: Micros;
  legs: CounterLeg[];
  arrivedMs: number;
  draft: UsageDraft;
  poolKey: Uuid;
};
export type ReserveOutcome =
  /** Under that lease: once it isn't valid any more, others may have ended the hold. */
  | { outcome: "held"; lease: LeaseTerm }
  /** The hold exists already: this reserve was repeated. */
  | { outcome: "repeated" }
  /** The hold existed and has ended: nothing may be dispatched under it. */
  | { outcome: "ended" }
  | { outcome: "short"; spendableMicros: Micros }
  | { outcome: "debt"; debtMicros: Micros }
  | { outcome: "over_limit"; leg: CounterLeg; used: bigint; held: bigint };

/** Record the next attempt of an open hold; the one before it failed with `outcome`. */
export type NextAttempt = { hold: Uuid; n: number; poolKey: Uuid; previousOutcome: string; previousCostNanos: Nanos };
export type NextAttemptOutcome = { outcome: "recorded" } | { outcome: "closed" };

/**
 * Let a hold grow to `toMicros`, or note what a stream has used so far, or both; null leaves the amount as it is.
 *
 * The amount is absolute, so that a repeated extend grows the hold once.
 */
export type Extend = { hold: Uuid; toMicros: Micros | null; checkpoint: Checkpoint | null };
export type ExtendOutcome = { outcome: "held" } | { outcome: "short"; spendableMicros: Micros } | { outcome: "closed" };

/** What a stream has used so far, rated: what is charged if the gateway dies. */
export type Checkpoint = {
  chargeMicros: Micros;
  costNanos: Nanos;
  meters: Record<string, number | string>;
  multipliers: { name: string; factor: string }[];
  breakdown: unknown[];
  costBreakdown: unknown[];
  /** Units: milliseconds since the request arrived. */
  latencyMs: number;
  ttftMs: number | null;
};

/** What the usage record says of an end, charged or not. `attempts` lists each try, the last one last. */
export type UsageEnd = {
  channel: string;
  poolKey: Uuid | null;
  keyOwner: Uuid | null;
  upstreamModel: string;
  meters: Record<string, number | string>;
  multipliers: { name: string; factor: string }[];
  breakdown: unknown[];
  costBreakdown: unknown[];
  attempts: { n: number; poolKey: Uuid; channel: string; outcome: string; costNanos: Nanos; latencyMs: number }[];
  /** Counted requests that were taken from a request balance; none of a request that is paid in credits. */
  requests: number;
  estimated: boolean;
  /** More tokens of some kinds were reported than there were in all; they were capped. */
  capped?: boolean;
  lost: boolean;
  status: "ok" | "failed" | "cancelled" | "interrupted";
  httpStatus: number;
  errorCode: string | null;
  latencyMs: number;
  ttftMs: number | null;
};

/**
 * Charge a request and release the rest of its hold, once.
 *
 * `chargeMicros` is what the card asks for. Above the hold it is charged as far as the free balance and the counters go;
 * the rest is the platform's overrun. `costNanos` is the last attempt's. `isDelivered` says that some of the reply has
 * reached the caller already: then it is charged even where others have ended the hold, at most the hold.
 */
export type Settle = {
  hold: Uuid;
  chargeMicros: Micros;
  costNanos: Nanos;
  end: UsageEnd;
  isDelivered?: boolean;
};
export type SettleOutcome =
  | { outcome: "settled"; chargedMicros: Micros; overrunMicros: Micros }
  /** Others had ended it, and what was delivered is charged late; `chargedMicros` is the charge in all. */
  | { outcome: "late"; chargedMicros: Micros; overrunMicros: Micros }
  /** It had ended before (settled or released, by us or by the reaper); `chargedMicros` is what that end charged. */
  | { outcome: "closed"; chargedMicros: Micros };

/** End a hold without a charge. `costNanos` is what the supplier bills for it all the same. */
export type Release = { hold: Uuid; costNanos: Nanos; end: UsageEnd };
export type ReleaseOutcome = { outcome: "released" } | { outcome: "closed"; chargedMicros: Micros };

/** The five verbs of the hot path. Each promise resolves after the commit of the flush that it went with. */
export type Books = {
  reserve(input: Reserve): Promise<ReserveOutcome>;
  attempt(input: NextAttempt): Promise<NextAttemptOutcome>;
  extend(input: Extend): Promise<ExtendOutcome>;
  settle(input: Settle): Promise<SettleOutcome>;
  release(input: Release): Promise<ReleaseOutcome>;
};
