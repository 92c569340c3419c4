import type { IncomingMessage, ServerResponse } from "node:http";
import { endEarly, isEarly } from "../../lib/http";
import { newUuid, toPublicId, type Uuid } from "../../lib/ids";
import type { StoredReply } from "../../lib/idempotency";
import { nowMs } from "../../lib/time";
import { LIMITS } from "./limits";
import type { TracedTry } from "./traces";

/** One request and its reply, with the id that both carry. */
export class RequestContext {
  readonly arrivedMs = nowMs();
  readonly id: Uuid = newUuid(this.arrivedMs);
  readonly publicId = toPublicId("request", this.id);
  /** The model that serves, once it is known, and the tries at suppliers, for whoever traces the request. */
  model: string | null = null;
  /** What it asks for, once it was read. */
  asked: { model: string; isStreamed: boolean } | null = null;
  /** Whether something was reserved for it: from then on its usage record says how it ended. */
  isReserved = false;
  readonly tries: TracedTry[] = [];
  /** Headers that the reply gets beside its own. */
  readonly replyHeaders: Record<string, string> = { "x-request-id": this.publicId };
  /** Stores the result for an idempotency key, where the caller sent one; answers whether it did. Never throws. */
  storeReply: ((reply: StoredReply) => Promise<boolean>) | null = null;
  /** Whether the ledger was asked to charge it: from then on its hold says what became of an idempotency key. */
  isBooked = false;
  /** How long its body took to arrive: the caller's time, not ours. */
  uploadMs = 0;
  #isDisconnected = false;
  #onDisconnected: (() => void) | null = null;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly handOverMs: number = LIMITS.handOverMs,
  ) {
    response.once("close", () => {
      if (response.writableFinished) return;
      this.#isDisconnected = true;
      this.#onDisconnected?.();
    });
  }

  /** Whether the caller left before the reply was handed over. */
  get isDisconnected(): boolean {
    return this.#isDisconnected;
  }

  /** Run this when the caller leaves, or now where they have left; it takes the place of what was set before. */
  onDisconnect(run: (() => void) | null): void {
    this.#onDisconnected = run;
    if (this.#isDisconnected) run?.();
  }

  get headers(): Readonly<Record<string, string>> {
    // Node joins repeated headers with a comma, save set-cookie, which no caller sends.
    return this.request.headers as Record<string, string>;
  }

  elapsedMs(): number {
    return Math.max(0, nowMs() - this.arrivedMs);
  }

  /**
   * Send a whole reply, unless the caller has left or something was sent already. One that is still sending a long request
   * gets it too, and then loses its connection.
   */
  send(status: number, headers: Record<string, string>, body: string | Buffer): void {
    const { response } = this;
    if (this.#isDisconnected || response.headersSent) return;
    const early = isEarly(this.request) ? { connection: "close" } : {};
    const own = { "content-length": Buffer.byteLength(body), ...early };
    response.writeHead(status, { ...this.replyHeaders, ...headers, ...own });
    if (isEarly(this.request)) endEarly(this.request, response, body);
    else this.end(body);
  }

  /** Send the last bytes of a reply that was begun; who doesn't take them in time is cut off. */
  end(last: string | Buffer): void {
    const { response } = this;
    const timer = setTimeout(() => response.destroy(), this.handOverMs);
    response.once("close", () => clearTimeout(timer));
    response.end(last);
  }

  /** Send the last bytes of a reply that broke off and cut the connection: clients take a clean end for a whole reply. */
  cut(last: string | Buffer): void {
    const { response } = this;
    const timer = setTimeout(() => response.destroy(), this.handOverMs);
    response.once("close", () => clearTimeout(timer));
    response.write(last, () => response.socket?.destroySoon());
  }

  sendJson(status: number, body: string, headers: Record<string, string> = {}): void {
    this.send(status, { "content-type": "application/json", "cache-control": "no-store", ...headers }, body);
  }
}
