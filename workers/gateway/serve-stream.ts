import { ScripError } from "../../lib/errors";
import { REPLY_BYTES_MAX } from "../../lib/idempotency";
import { type RatedRequest, rateRequest } from "../../lib/usage";
import { type Micros, micros } from "../../lib/money";
import { classifyFailure, headersToCaller } from "../../lib/providers";
import { leaveWith, type Tried } from "./attempt";
import { type Ending, givenUp, type Job } from "./job";
import type { OpenStream } from "./open-streams";
import type { StreamStep } from "./protocol";
import { countedOf, countInput, countOutput, settle, takeUsage, usageBounds } from "./settle";
import type { UpstreamFailure } from "./upstream";

type Stream = Extract<Tried, { outcome: "stream" }>;
/** Why a stream ended, and the refusal that the caller is told where it wasn't by itself. */
type Cause = "complete" | "cut" | "left" | "short" | "late" | "given_up";

const NOT_WHOLE: Record<Exclude<Cause, "complete" | "left">, { refusal: ScripError; ending: Ending }> = {
  cut: ending("upstream_error", "The supplier broke the reply off. What was delivered is charged.", 502),
  late: ending("upstream_timeout", "The reply took longer than a stream may. What was delivered is charged.", 504),
  given_up: ending("unavailable", "The reply was given up. What had been delivered was charged.", 503),
  short: ending("insufficient_credits", "The balance is used up. What was delivered is charged.", 402),
};
function ending(code: ConstructorParameters<typeof ScripError>[0], message: string, httpStatus: number) {
  const refusal = new ScripError(code, message, { retry: false });
  return { refusal, ending: { status: "interrupted" as const, httpStatus, errorCode: code } };
}

/** A hold that is used up to this share grows. */
const GROW_AT = { numerator: 4n, denominator: 5n };

/** Passes one stream on to its caller, and keeps count of what it would cost if it ended now. */
class Relay implements OpenStream {
  #cause: Cause | null = null;
  #holdMicros: Micros;
  #checkedMs: number;
  #inputTokens: Promise<number> | null = null;
  #outputTokens = 0;
  #isTicking = false;
  #finished: (cause: Cause) => void = () => undefined;
  readonly done: Promise<Cause>;
  /** What went out, where it is kept for the caller's next try; null where that is too much. */
  sent: Buffer[] | null;
  /** Whether any of it was handed to the caller's connection. */
  isDelivered = false;
  #sentBytes = 0;

  constructor(
    private readonly job: Job,
    private readonly stream: Stream,
  ) {
    this.#holdMicros = job.reservation.holdMicros;
    this.#checkedMs = job.exchange.arrivedMs;
    this.sent = job.exchange.keep ? [] : null;
    this.done = new Promise((resolve) => {
      this.#finished = resolve;
    });
  }

  /** Everything from the first event to the end; resolves with the reason of the end. */
  async run(): Promise<Cause> {
    const { job, stream } = this;
    const { exchange, gateway } = job;
    const { response } = exchange;
    const stay = leaveWith(job, stream.call, stream.reader);
    const late = setTimeout(() => this.#stop("late"), Math.max(1, gateway.timings.streamMs - exchange.elapsedMs()));
    response.on("drain", this.#resume);
    gateway.streams.add(this);
    try {
      if (job.isFenced) this.#stop("given_up");
      else this.#open();
      stream.call.attach({ data: (chunk) => this.#take(chunk), end: (failure) => this.#ended(failure) });
      stream.call.resume();
      return await this.done;
    } finally {
      gateway.streams.remove(this);
      response.off("drain", this.#resume);
      clearTimeout(late);
      stay();
      exchange.whenGone(null);
    }
  }

  /** Once a second: grow a hold that is nearly used up, and tell the books what was used. */
  async tick(nowMs: number): Promise<void> {
    const { exchange, gateway } = this.job;
    if (this.#isTicking || this.#cause) return;
    if (this.job.isFenced) return this.#stop("given_up");
    // What has a bound can't outgrow its hold: it is only looked at for its checkpoints.
    const isYoung = nowMs - exchange.arrivedMs < gateway.timings.checkpointMs;
    if (isYoung && this.job.admitted.ask.outputAsked !== null) return;
    this.#isTicking = true;
    try {
      await this.#check(nowMs);
    } finally {
      this.#isTicking = false;
    }
  }

  async #check(nowMs: number): Promise<void> {
    const { exchange, gateway } = this.job;
    const rated = await this.#runningTotal();
    const isFull = rated.chargeMicros * GROW_AT.denominator > this.#holdMicros * GROW_AT.numerator;
    // Nobody is charged for a stream that breaks off before it has said anything.
    const isDue = this.#outputTokens > 0 && nowMs - this.#checkedMs >= gateway.timings.checkpointMs;
    if (this.#cause || (!isFull && !isDue)) return;
    this.#checkedMs = nowMs;
    const checkpoint = this.#outputTokens > 0 ? this.#checkpoint(rated) : null;
    const toMicros = isFull ? micros(this.#holdMicros + rated.chargeMicros + 1n) : null;
    const outcome = await gateway.books.extend({ hold: exchange.id, toMicros, checkpoint });
    if (outcome.outcome === "held") this.#holdMicros = toMicros ?? this.#holdMicros;
    else if (outcome.outcome === "short") await this.#growByRest(rated, outcome.spendableMicros);
    else this.#stop("given_up");
  }

  /** The balance doesn't give what was asked for: take what there is, and stop where nothing is left. */
  async #growByRest(rated: RatedRequest, spendableMicros: Micros): Promise<void> {
    const { exchange, gateway } = this.job;
    if (spendableMicros > 0n) {
      const toMicros = micros(this.#holdMicros + spendableMicros);
      const outcome = await gateway.books.extend({ hold: exchange.id, toMicros, checkpoint: null });
      if (outcome.outcome === "held") this.#holdMicros = toMicros;
      return;
    }
    if (rated.chargeMicros >= this.#holdMicros) this.#stop("short");
  }

  async #runningTotal(): Promise<RatedRequest> {
    const { job, stream } = this;
    this.#inputTokens ??= countInput(job);
    this.#outputTokens += await countOutput(job, stream.reader.producedSince());
    const meters = { input_tokens: await this.#inputTokens, output_tokens: this.#outputTokens };
    return rateRequest(job.admitted.terms, { meters, kinds: {} }, job.key);
  }

  #checkpoint(rated: RatedRequest) {
    const { exchange, ttftMs } = this.job;
    const chargeMicros = rated.chargeMicros < this.#holdMicros ? rated.chargeMicros : this.#holdMicros;
    return { ...rated, chargeMicros, latencyMs: exchange.elapsedMs(), ttftMs };
  }

  #open(): void {
    const { job, stream } = this;
    const { exchange } = job;
    job.ttftMs = exchange.elapsedMs();
    if (!exchange.isGone) exchange.response.writeHead(200, headersOf(job, stream));
    this.#pass(stream.first);
  }

  #take(chunk: Buffer): void {
    if (this.#cause) return;
    // Before it is read: what is fenced off is neither sent nor charged.
    if (this.job.isFenced) return this.#stop("given_up");
    try {
      this.#pass(this.stream.reader.push(chunk));
    } catch {
      this.#stop("cut"); // what came is no stream of this protocol
    }
  }

  #pass({ out, state }: StreamStep): void {
    const { response, isGone } = this.job.exchange;
    this.#remember(out);
    if (out.length > 0 && !isGone) {
      this.isDelivered = true;
      if (!response.write(out)) this.stream.call.pause();
    }
    if (state === "ended") this.#end("complete");
    if (state === "failed") this.#stop("cut");
  }

  #remember(out: Buffer): void {
    if (!this.sent) return;
    this.#sentBytes += out.length;
    if (this.#sentBytes > REPLY_BYTES_MAX) this.sent = null;
    else this.sent.push(out);
  }

  readonly #resume = (): void => this.stream.call.resume();

  #ended(failure: UpstreamFailure | null): void {
    if (this.job.exchange.isGone) this.#end("left");
    else this.#end(!failure && this.stream.reader.isComplete() ? "complete" : "cut");
  }

  #stop(cause: Cause): void {
    this.#end(cause);
    this.stream.call.abort();
  }

  #end(cause: Cause): void {
    if (this.#cause) return;
    this.#cause = cause;
    this.#finished(cause);
  }
}

const headersOf = ({ exchange }: Job, { headers }: Stream): Record<string, string> => ({
  "cache-control": "no-cache",
  ...headersToCaller(headers),
  ...exchange.replyHeaders,
  "x-accel-buffering": "no",
});

function endingOf(job: Job, cause: Cause): Ending {
  if (cause === "left" || job.exchange.isGone)
    return { status: "cancelled", httpStatus: 200, errorCode: "client_left" };
  if (cause === "complete") return { status: "ok", httpStatus: 200, errorCode: null };
  return NOT_WHOLE[cause].ending;
}

/** Charge a stream that ended; its last bytes, null where it has none. Errors: `ScripError` where nothing was delivered. */
async function charge(job: Job, stream: Stream, cause: Cause, relay: Relay): Promise<Buffer | null> {
  const { protocol, admitted, exchange } = job;
  const { reader } = stream;
  if (cause === "given_up" && !relay.isDelivered && !exchange.isGone) throw givenUp({ retry: false });
  const fault = cause === "cut" ? classifyFailure("unreachable") : undefined;
  const reading = reader.reading(usageBounds(admitted));
  const refusal = cause === "complete" || cause === "left" ? null : NOT_WHOLE[cause].refusal;
  const lastEvent = refusal && Buffer.from(protocol.error.event(refusal));
  if (cause === "cut" && reading.outcome === "absent" && reader.produced().length === 0) {
    job.finish(fault);
    await job.release(endingOf(job, cause));
    return lastEvent;
  }
  const taken = await takeUsage(job, reading, () => reader.produced());
  const lastWith = (credits: string): Buffer | null =>
    lastEvent ?? (cause === "complete" ? reader.end(countedOf(taken.usage), credits) : null);
  const { outcome, credits } = await settle(job, taken, endingOf(job, cause), {
    meaning: fault,
    isDelivered: relay.isDelivered,
    replyWith: (sum) => {
      const last = lastWith(sum);
      return (
        last &&
        relay.sent && { status: 200, headers: headersOf(job, stream), body: Buffer.concat([...relay.sent, last]) }
      );
    },
  });
  // Somebody else ended the hold, by what was known of it: the caller isn't told that all is well.
  if (outcome.outcome !== "settled" && cause === "complete")
    return Buffer.from(protocol.error.event(NOT_WHOLE.given_up.refusal));
  return lastWith(credits);
}

/** Pass a stream on, then charge it; its last bytes leave after the commit. */
export async function serveStream(job: Job, stream: Stream): Promise<void> {
  const relay = new Relay(job, stream);
  const cause = await relay.run();
  const last = await charge(job, stream, cause, relay);
  if (last && !job.exchange.isGone) job.exchange.end(last);
}
