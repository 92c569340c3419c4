import { REPLY_BYTES_MAX } from "../../lib/idempotency";
import { type RatedRequest, rateRequest } from "../../lib/usage";
import { type Micros, micros } from "../../lib/money";
import { classifyFailure, headersToCaller } from "../../lib/providers";
import type { Tried } from "./answer";
import type { InFlightRequest } from "./in-flight-request";
import type { OpenStream } from "./open-streams";
import type { StreamStep } from "./protocol";
import { countedOf, countInput, countOutput, settle, takeUsage, usageBounds } from "./settle";
import type { UpstreamFailure } from "./upstream";
import { handleDisconnect } from "./disconnect";
import { abandoned, BROKEN_STREAM, type Ending, type StreamEnd } from "./refusals";

type Stream = Extract<Tried, { outcome: "stream" }>;
/** A hold that is used up to this share grows. */
const GROW_AT = { numerator: 4n, denominator: 5n };

/** Passes one stream on to its caller, and keeps count of what it would cost if it ended now. */
class Relay implements OpenStream {
  #cause: StreamEnd | null = null;
  #holdMicros: Micros;
  #checkedMs: number;
  #inputTokens: Promise<number> | null = null;
  #outputTokens = 0;
  #isTicking = false;
  #finished: (cause: StreamEnd) => void = () => undefined;
  readonly done: Promise<StreamEnd>;
  /** What went out, where it is kept for the caller's next try; null where that is too much. */
  sent: Buffer[] | null;
  /** Whether any of it was handed to the caller's connection. */
  isDelivered = false;
  #sentBytes = 0;

  constructor(
    private readonly inFlight: InFlightRequest,
    private readonly stream: Stream,
  ) {
    this.#holdMicros = inFlight.reservation.holdMicros;
    this.#checkedMs = inFlight.context.arrivedMs;
    this.sent = inFlight.context.storeReply ? [] : null;
    this.done = new Promise((resolve) => {
      this.#finished = resolve;
    });
  }

  /** Everything from the first event to the end; resolves with the reason of the end. */
  async run(): Promise<StreamEnd> {
    const { inFlight, stream } = this;
    const { context, gateway } = inFlight;
    const { response } = context;
    const stay = handleDisconnect(inFlight, stream.call, stream.reader);
    const late = setTimeout(() => this.#stop("late"), Math.max(1, gateway.timings.streamMs - context.elapsedMs()));
    response.on("drain", this.#resume);
    gateway.streams.add(this);
    try {
      if (inFlight.isFenced) this.#stop("given_up");
      else this.#open();
      stream.call.attach({ data: (chunk) => this.#take(chunk), end: (failure) => this.#ended(failure) });
      stream.call.resume();
      return await this.done;
    } finally {
      gateway.streams.remove(this);
      response.off("drain", this.#resume);
      clearTimeout(late);
      stay();
      context.onDisconnect(null);
    }
  }

  /** Once a second: grow a hold that is nearly used up, and tell the books what was used. */
  async tick(nowMs: number): Promise<void> {
    const { context, gateway } = this.inFlight;
    if (this.#isTicking || this.#cause) return;
    if (this.inFlight.isFenced) return this.#stop("given_up");
    // Its terminator came, and no end of the connection within a second.
    if (this.stream.reader.isDone()) return this.#stop("complete");
    // What has a bound can't outgrow its hold: it is only looked at for its checkpoints.
    const isYoung = nowMs - context.arrivedMs < gateway.timings.checkpointMs;
    if (isYoung && this.inFlight.admitted.parsed.outputAsked !== null) return;
    this.#isTicking = true;
    try {
      await this.#check(nowMs);
    } finally {
      this.#isTicking = false;
    }
  }

  async #check(nowMs: number): Promise<void> {
    const { context, gateway } = this.inFlight;
    const rated = await this.#runningTotal();
    const isFull = rated.chargeMicros * GROW_AT.denominator > this.#holdMicros * GROW_AT.numerator;
    // Nobody is charged for a stream that breaks off before it has said anything.
    const isDue = this.#outputTokens > 0 && nowMs - this.#checkedMs >= gateway.timings.checkpointMs;
    if (this.#cause || (!isFull && !isDue)) return;
    this.#checkedMs = nowMs;
    const checkpoint = this.#outputTokens > 0 ? this.#checkpoint(rated) : null;
    const toMicros = isFull ? micros(this.#holdMicros + rated.chargeMicros + 1n) : null;
    const outcome = await gateway.books.extend({ hold: context.id, toMicros, checkpoint });
    if (outcome.outcome === "held") this.#holdMicros = toMicros ?? this.#holdMicros;
    else if (outcome.outcome === "short") await this.#growByRest(rated, outcome.spendableMicros);
    else this.#stop("given_up");
  }

  /** The balance doesn't give what was asked for: take what there is, and stop where nothing is left. */
  async #growByRest(rated: RatedRequest, spendableMicros: Micros): Promise<void> {
    const { context, gateway } = this.inFlight;
    if (spendableMicros > 0n) {
      const toMicros = micros(this.#holdMicros + spendableMicros);
      const outcome = await gateway.books.extend({ hold: context.id, toMicros, checkpoint: null });
      if (outcome.outcome === "held") this.#holdMicros = toMicros;
      return;
    }
    if (rated.chargeMicros >= this.#holdMicros) this.#stop("short");
  }

  async #runningTotal(): Promise<RatedRequest> {
    const { inFlight, stream } = this;
    this.#inputTokens ??= countInput(inFlight);
    this.#outputTokens += await countOutput(inFlight, stream.reader.producedSince());
    const meters = { input_tokens: await this.#inputTokens, output_tokens: this.#outputTokens };
    return rateRequest(inFlight.admitted.terms, { meters, kinds: {} }, inFlight.key);
  }

  #checkpoint(rated: RatedRequest) {
    const { context, ttftMs } = this.inFlight;
    const chargeMicros = rated.chargeMicros < this.#holdMicros ? rated.chargeMicros : this.#holdMicros;
    return { ...rated, chargeMicros, latencyMs: context.elapsedMs(), ttftMs };
  }

  #open(): void {
    const { inFlight, stream } = this;
    const { context } = inFlight;
    inFlight.ttftMs = context.elapsedMs();
    if (!context.isDisconnected) context.response.writeHead(200, headersOf(inFlight, stream));
    this.#pass(stream.first);
  }

  #take(chunk: Buffer): void {
    if (this.#cause) return;
    // Before it is read: what is fenced off is neither sent nor charged.
    if (this.inFlight.isFenced) return this.#stop("given_up");
    try {
      this.#pass(this.stream.reader.push(chunk));
    } catch {
      this.#stop("cut"); // what came is no stream of this protocol
    }
  }

  #pass({ out, state }: StreamStep): void {
    const { response, isDisconnected } = this.inFlight.context;
    this.#remember(out);
    if (out.length > 0 && !isDisconnected) {
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

  /** What came without the blank line that ends it. */
  #finish(): void {
    try {
      const { out } = this.stream.reader.finish();
      this.#pass({ out, state: this.stream.reader.failure() === null ? "open" : "failed" });
    } catch {
      this.#stop("cut");
    }
  }

  readonly #resume = (): void => this.stream.call.resume();

  #ended(failure: UpstreamFailure | null): void {
    if (this.#cause) return;
    if (!failure && !this.inFlight.isFenced) this.#finish();
    if (this.inFlight.context.isDisconnected) this.#end("left");
    else if (failure) this.#end("cut");
    else this.#end(this.stream.reader.isComplete() ? "complete" : "unfinished");
  }

  #stop(cause: StreamEnd): void {
    this.#end(cause);
    this.stream.call.abort();
  }

  #end(cause: StreamEnd): void {
    if (this.#cause) return;
    this.#cause = cause;
    this.#finished(cause);
  }
}

const headersOf = ({ context }: InFlightRequest, { headers }: Stream): Record<string, string> => ({
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  ...headersToCaller(headers),
  ...context.replyHeaders,
  "x-accel-buffering": "no",
});

function endingOf(inFlight: InFlightRequest, cause: StreamEnd): Ending {
  if (cause === "left" || inFlight.context.isDisconnected)
    return { status: "cancelled", httpStatus: 200, errorCode: "client_left" };
  if (cause === "complete") return { status: "ok", httpStatus: 200, errorCode: null };
  return BROKEN_STREAM[cause].ending;
}

/** The last bytes of a stream, null where it has none, and whether it broke off with them. */
type LastBytes = { last: Buffer | null; isCut: boolean };

/** Charge a stream that ended. Errors: `ScripError` where nothing was delivered. */
async function charge(inFlight: InFlightRequest, stream: Stream, cause: StreamEnd, relay: Relay): Promise<LastBytes> {
  const { protocol, admitted, context } = inFlight;
  const { reader } = stream;
  if (cause === "given_up" && !relay.isDelivered && !context.isDisconnected) throw abandoned({ retry: false });
  const fault = cause === "cut" || cause === "unfinished" ? classifyFailure("unreachable") : undefined;
  const reading = reader.reading(usageBounds(admitted));
  inFlight.served = reader.served();
  const refusal = cause === "complete" || cause === "left" ? null : BROKEN_STREAM[cause].refusal;
  const lastEvent = refusal && Buffer.from(protocol.error.event(refusal));
  // One that its supplier ended in good order ends so here, behind the event that says what is missing.
  const isCut = refusal !== null && cause !== "unfinished";
  if (fault && reading.outcome === "absent" && reader.produced().length === 0) {
    inFlight.finish(fault);
    await inFlight.release(endingOf(inFlight, cause));
    return { last: lastEvent, isCut };
  }
  const taken = await takeUsage(inFlight, reading, () => reader.produced());
  const lastWith = (credits: string): Buffer | null =>
    lastEvent ?? (cause === "complete" ? reader.end(countedOf(taken.usage), credits) : null);
  const { outcome, credits } = await settle(inFlight, taken, endingOf(inFlight, cause), {
    meaning: fault,
    isDelivered: relay.isDelivered,
    replyWith: (sum) => {
      const last = lastWith(sum);
      return (
        last &&
        relay.sent && {
          status: 200,
          headers: headersOf(inFlight, stream),
          body: Buffer.concat([...relay.sent, last]),
          isCut,
        }
      );
    },
  });
  // Somebody else ended the hold, by what was known of it: the caller isn't told that all is well.
  if (outcome.outcome !== "settled" && cause === "complete")
    return { last: Buffer.from(protocol.error.event(BROKEN_STREAM.given_up.refusal)), isCut: true };
  return { last: lastWith(credits), isCut };
}

/** Pass a stream on, then charge it; its last bytes leave after the commit. */
export async function relayStream(inFlight: InFlightRequest, stream: Stream): Promise<void> {
  const relay = new Relay(inFlight, stream);
  const cause = await relay.run();
  const { last, isCut } = await charge(inFlight, stream, cause, relay);
  if (!last || inFlight.context.isDisconnected) return;
  if (isCut) inFlight.context.cut(last);
  else inFlight.context.end(last);
}
