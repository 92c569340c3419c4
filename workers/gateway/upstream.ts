import type { Transform } from "node:stream";
import type { Dispatcher } from "undici";
import { createDecoder, createGuardedClient, encodingOf, type SupplierAddress } from "../../lib/http";
import { LIMITS, type Timings } from "./limits";

/** Why a supplier gave no answer, or not all of one. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  constructor(
    readonly kind: "unreachable" | "timeout" | "aborted" | "withdrawn",
    cause: unknown,
  ) {
    super(`upstream ${kind}`, { cause });
  }
}

type Head = { status: number; headers: Dispatcher.ResponseData["headers"] };
type Sink = { data(chunk: Buffer): void; end(failure: UpstreamFailure | null): void };

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

function toFailure(error: Error): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const { code } = error as { code?: string };
  return new UpstreamFailure(code !== undefined && TIMEOUTS.has(code) ? "timeout" : "unreachable", error);
}

/** One call of a supplier, from its dispatch to the last byte of its answer. */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  /** Resolves with the answer's head. Errors: `UpstreamFailure`. */
  readonly head: Promise<Head>;
  #resolveHead: (head: Head) => void = () => undefined;
  #rejectHead: (error: UpstreamFailure) => void = () => undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #abortReason: UpstreamFailure | null = null;
  #early: Buffer[] = [];
  #sink: Sink | null = null;
  #ended: { failure: UpstreamFailure | null } | null = null;
  #encoding: ReturnType<typeof encodingOf> = null;
  #decoder: Transform | null = null;
  #isPaused = false;
  #isAnswered = false;

  /** `mayStart` is asked last of all, when the request is about to be written: the connection may have taken a while. */
  constructor(private readonly mayStart: () => boolean) {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    // A failure after the head was read is the sink's to hear.
    this.head.catch(() => undefined);
  }

  /** Whether the request may have reached the supplier. */
  get isDispatched(): boolean {
    return this.#controller !== null;
  }

  /** Whether anything came back. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.mayStart()) {
      controller.abort(new UpstreamFailure("withdrawn", undefined));
      return;
    }
    this.#controller = controller;
    if (this.#abortReason) controller.abort(this.#abortReason);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Head["headers"]): void {
    this.#isAnswered = true;
    if (status < 200) return;
    this.#encoding = encodingOf(headers["content-encoding"]);
    this.#resolveHead({ status, headers });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#encoding === null) return this.#deliver(chunk);
    this.#decoder ??= this.#decode(createDecoder(this.#encoding, chunk));
    if (!this.#decoder.write(chunk)) this.#controller?.pause();
  }

  onResponseEnd(): void {
    if (this.#decoder) this.#decoder.end();
    else this.#end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#decoder?.destroy();
    this.#end(toFailure(error));
  }

  #deliver(chunk: Buffer): void {
    if (this.#sink) this.#sink.data(chunk);
    else this.#early.push(chunk);
  }

  /** What a supplier encoded although it was asked not to. */
  #decode(decoder: Transform): Transform {
    decoder.on("data", (chunk: Buffer) => this.#deliver(chunk));
    decoder.on("drain", () => {
      if (!this.#isPaused && !this.#ended) this.#controller?.resume();
    });
    decoder.on("end", () => this.#end(null));
    decoder.on("error", (cause) => {
      this.#end(new UpstreamFailure("unreachable", cause));
      this.#controller?.abort(cause);
    });
    if (this.#isPaused) decoder.pause();
    return decoder;
  }

  /** Hear of every chunk from here on, then of the end, once. What came before anybody listened comes first. */
  attach(sink: Sink): void {
    this.#sink = sink;
    while (this.#sink === sink) {
      const chunk = this.#early.shift();
      if (!chunk) break;
      sink.data(chunk);
    }
    if (this.#ended && this.#sink === sink) sink.end(this.#ended.failure);
  }

  /** Hear no more, and hold what comes until somebody listens again. */
  detach(): void {
    this.#sink = null;
    this.pause();
  }

  pause(): void {
    this.#isPaused = true;
    this.#decoder?.pause();
    if (!this.#ended) this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#decoder?.resume();
    if (!this.#ended) this.#controller?.resume();
  }

  abort(): void {
    if (this.#ended || this.#abortReason) return;
    this.#abortReason = new UpstreamFailure("aborted", undefined);
    this.#controller?.abort(this.#abortReason);
  }

  /** The whole body. Errors: `UpstreamFailure`; `RangeError` where it is longer than `bytesMax`. */
  readAll(bytesMax: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      this.attach({
        data: (chunk) => {
          bytes += chunk.length;
          if (bytes <= bytesMax) chunks.push(chunk);
          else {
            reject(new RangeError("the reply is larger than any reply of this protocol"));
            this.abort();
          }
        },
        end: (failure) => {
          if (failure) reject(failure);
          else resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
        },
      });
    });
  }

  #end(failure: UpstreamFailure | null): void {
    if (this.#ended) return;
    this.#ended = { failure };
    if (failure) this.#rejectHead(failure);
    this.#sink?.end(failure);
  }
}

export type UpstreamRequest = {
  address: SupplierAddress;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  firstByteMs: number;
  /** Whether it needs a connection that nothing came over before. */
  fresh: boolean;
  /** Whether the request may still be sent. */
  mayStart: () => boolean;
};

/** Connections to suppliers, kept open between calls. */
export type Upstreams = {
  call(request: UpstreamRequest): UpstreamCall;
  close(): Promise<void>;
};

/** Calls of suppliers whose answers are read as they come. */
export function createUpstreams(timings: Timings): Upstreams {
  const client = createGuardedClient({ connectMs: LIMITS.connectMs, idleMs: timings.idleMs });
  return {
    call({ address, path, headers, body, firstByteMs, fresh, mayStart }) {
      const call = new UpstreamCall(mayStart);
      client.dispatch(address, { path, method: "POST", headers, body, headersTimeout: firstByteMs, fresh }, call);
      return call;
    },
    close: () => client.close(),
  };
}
