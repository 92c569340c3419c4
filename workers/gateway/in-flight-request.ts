import type { Classification } from "../../lib/providers";
import type { UsageEnd } from "../../lib/ledger";
import type { RatedRequest } from "../../lib/usage";
import type { ChosenKey } from "../../lib/pool";
import { type Nanos, ZERO_NANOS } from "../../lib/money";
import { delay, nowMs } from "../../lib/time";
import type { Admitted } from "./admit";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { Protocol, Served } from "./protocol";
import type { Reservation } from "./reserve";
import type { Ending } from "./refusals";
import { createHash } from "node:crypto";

type Rated = Pick<RatedRequest, "isCapped"> & Pick<UsageEnd, "meters" | "multipliers" | "breakdown" | "costBreakdown">;

const UNRATED: Rated = { meters: {}, multipliers: [], breakdown: [], costBreakdown: [], isCapped: false };
const RELEASE_PATIENCE_MS = 2_000;
const SUCCESS: Classification = { forKey: { action: "none" }, forRequest: "surface", outcome: "ok" };

/** A request that has its reservation, and the attempts made for it. */
export class InFlightRequest {
  readonly attempts: UsageEnd["attempts"] = [];
  ttftMs: number | null = null;
  /** What the reply says of fields that prices depend on. */
  served: Served = {};
  /** What was used in the end. Units: tokens. */
  tokensUsed = 0;
  /** Whether a supplier may have seen the request, at any attempt. */
  isDispatched = false;
  #startedMs = nowMs();
  #answeredMs: number | null = null;
  #ownSinceMs: number;
  #isTrying = false;
  #isOut = false;

  constructor(
    readonly gateway: Gateway,
    readonly protocol: Protocol,
    readonly context: RequestContext,
    readonly admitted: Admitted,
    readonly reservation: Reservation,
    /** The key of the present attempt. */
    public key: ChosenKey,
  ) {
    this.#ownSinceMs = context.arrivedMs + context.uploadMs;
  }

  get upstreamModel(): string {
    return this.key.upstreamModel ?? this.admitted.model.upstreamModel;
  }

  /** Whether the present attempt is under way and a supplier may have seen it. */
  get isOut(): boolean {
    return this.#isTrying && this.#isOut;
  }

  /**
   * Whether others may have ended its hold by now, since this process has stood still: nothing is sent upstream then, and
   * no further byte of a stream to the caller.
   */
  get isFenced(): boolean {
    return !this.reservation.lease.isValid();
  }

  markDispatched(isOut: boolean): void {
    this.#isOut = isOut;
    this.isDispatched ||= isOut;
  }

  /** An attempt with a key begins. */
  start(key: ChosenKey): void {
    this.key = key;
    this.#startedMs = nowMs();
    this.#answeredMs = null;
    this.#isTrying = true;
    this.#isOut = false;
    this.gateway.pool.started(key.id);
  }

  /** Time spent here since the request arrived, or since the last attempt's supplier was done. Units: milliseconds. */
  ownMs(): number {
    return Math.max(0, nowMs() - this.#ownSinceMs);
  }

  /** The supplier of the present attempt is done; what follows is our own work. */
  answered(): void {
    this.#answeredMs ??= nowMs();
  }

  /** The present attempt ended; once. `costNanos` is what the supplier bills for it. */
  finish({ forKey, outcome }: Classification = SUCCESS, costNanos: Nanos = ZERO_NANOS): void {
    if (!this.#isTrying) return;
    this.#isTrying = false;
    const atMs = nowMs();
    this.#ownSinceMs = this.#answeredMs ?? atMs;
    const latencyMs = Math.max(0, this.#ownSinceMs - this.#startedMs);
    const { gateway, key, admitted } = this;
    const { model, caller, parsed } = admitted;
    // What was asked is only looked at where the answer may have been about that.
    const body = forKey.action === "avoid_model" ? createHash("sha256").update(parsed.bytes).digest("base64") : "";
    const source = { account: caller.user.id, body };
    gateway.pool.finished(key.id, { forKey, modelId: model.id, source, latencyMs, costNanos, nowMs: atMs });
    gateway.metrics.attempt(admitted.model.provider, outcome);
    const n = this.attempts.length + 1;
    this.context.tries.push({ channel: key.channelId, outcome, startMs: this.#startedMs, endMs: atMs });
    this.attempts.push({ n, poolKey: key.id, channel: key.channelId, outcome, costNanos, latencyMs });
  }

  /** What the usage record says of the end. */
  end(ending: Ending, rated: Rated = UNRATED, isEstimated = false): UsageEnd {
    const { key, context } = this;
    return {
      channel: key.channelId,
      poolKey: key.id,
      keyOwner: key.ownerId,
      upstreamModel: this.upstreamModel,
      meters: rated.meters,
      multipliers: rated.multipliers,
      breakdown: rated.breakdown,
      costBreakdown: rated.costBreakdown,
      attempts: this.attempts,
      requests: 0,
      estimated: isEstimated,
      capped: rated.isCapped,
      lost: false,
      ...ending,
      latencyMs: context.elapsedMs(),
      ttftMs: this.ttftMs,
    };
  }

  /** End the hold without a charge. A refusal needn't wait for a database that is away: the books try until it is back. */
  async release(ending: Ending): Promise<void> {
    const { gateway, context } = this;
    const released = gateway.books.release({ hold: context.id, costNanos: ZERO_NANOS, end: this.end(ending) });
    released.catch((error: unknown) => gateway.log.error({ error, request: context.publicId }, "a release failed"));
    await Promise.race([released, delay(RELEASE_PATIENCE_MS)]);
  }
}
