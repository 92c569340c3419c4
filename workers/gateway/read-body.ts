import { ScripError } from "../../lib/errors";
import { JsonScan } from "../../lib/http";
import type { RequestContext } from "./request-context";

/** The memory that one body takes. */
export type BodyShare = {
  /** Errors: `ScripError` unavailable where all bodies together, or those of its sender, would take too much. */
  take(bytes: number): void;
  /** So much of what was taken isn't needed any more. */
  give(bytes: number): void;
  /** The body isn't needed any more. */
  end(): void;
};
/** The memory that the bodies of a process may take together, and those of one sender: slow ones leave room for others. */
export type BodyMemory = { begin(sender: string, sendersMax: number): BodyShare };

export function createBodyMemory(bytesMax: number): BodyMemory {
  let taken = 0;
  const bySender = new Map<string, number>();

  function add(sender: string, bytes: number): void {
    taken += bytes;
    const left = (bySender.get(sender) ?? 0) + bytes;
    if (left > 0) bySender.set(sender, left);
    else bySender.delete(sender);
  }

  return {
    begin(sender, sendersMax) {
      let own = 0;
      return {
        take(bytes) {
          if (taken + bytes > bytesMax || (bySender.get(sender) ?? 0) + bytes > sendersMax) {
            throw new ScripError("unavailable", "Too many large requests are under way. Try again shortly.", {
              retryAfterS: 2,
            });
          }
          add(sender, bytes);
          own += bytes;
        },
        give(bytes) {
          add(sender, -bytes);
          own -= bytes;
        },
        end() {
          add(sender, -own);
          own = 0;
        },
      };
    },
  };
}

export type BodyRules = {
  bytesMax: number;
  /** What is above it is only read once `admit` let its caller in. */
  smallBytesMax: number;
  admit: () => Promise<unknown>;
  share: BodyShare;
  /** Top-level members in which the protocol has lists of numbers. */
  numberLists: ReadonlySet<string>;
};

const tooLarge = (bytesMax: number): ScripError =>
  new ScripError("request_too_large", `The body is larger than ${bytesMax / (1024 * 1024)} MB.`);
const brokenOff = (cause?: unknown): ScripError =>
  new ScripError("invalid_request", "The request broke off.", { cause });

/** Memory that a thread can read too, without a copy of its own. What nobody writes to takes none. */
const shared = (bytes: number): Buffer => Buffer.from(new SharedArrayBuffer(bytes));

/** The chunks as one buffer; a large one in shared memory. */
function join(chunks: readonly Buffer[], bytes: number, smallBytesMax: number): Buffer {
  if (bytes <= smallBytesMax) return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes);
  const whole = shared(bytes);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(whole, at);
  return whole;
}

/** Reads one body as it comes. */
class BodyReader {
  readonly #chunks: Buffer[] = [];
  readonly #scan: JsonScan;
  #bytes = 0;
  #isAdmitted = false;
  #isDropped = false;
  /** Where a large body of a known length is put as it comes. */
  #place: Buffer | null = null;

  constructor(
    private readonly rules: BodyRules,
    private readonly announced: number,
  ) {
    this.#scan = new JsonScan(rules.numberLists);
  }

  /** Errors: those of size, of admission, and of the body's structure, in this order. */
  take(chunk: Buffer): Promise<void> | undefined {
    const { bytesMax, smallBytesMax } = this.rules;
    this.#bytes += chunk.length;
    if (this.#bytes > bytesMax) throw tooLarge(bytesMax);
    if (this.#bytes > smallBytesMax && !this.#isAdmitted) return this.admit().then(() => this.#keep(chunk));
    this.#keep(chunk);
    return undefined;
  }

  async admit(): Promise<void> {
    this.#isAdmitted = true;
    await this.rules.admit();
    if (this.announced > 0) this.#place = shared(this.announced);
  }

  #keep(chunk: Buffer): void {
    if (this.#isDropped) return; // the caller left while it was let in
    this.rules.share.take(chunk.length);
    this.#scan.push(chunk);
    if (this.#place) chunk.copy(this.#place, this.#bytes - chunk.length);
    else this.#chunks.push(chunk);
  }

  whole(): Buffer {
    return this.#place ?? join(this.#chunks, this.#bytes, this.rules.smallBytesMax);
  }

  drop(): void {
    this.#isDropped = true;
    this.#chunks.length = 0;
    this.#place = null;
  }
}

/**
 * The body's bytes, of which nothing is parsed, and nothing above `smallBytesMax` is read before `admit` has resolved.
 *
 * Errors: `ScripError` request_too_large above `bytesMax`, as soon as that shows; those of `admit`; invalid_request for a
 * structure that is beyond `JSON_BOUNDS`, and where the caller breaks off; unavailable where the memory for bodies is used
 * up. Whoever answers then reads on what is still to come.
 */
export async function readBody({ request }: RequestContext, rules: BodyRules): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > rules.bytesMax) throw tooLarge(rules.bytesMax);
  const reader = new BodyReader(rules, announced);
  if (announced > rules.smallBytesMax) await reader.admit();
  // The caller may have left while it was looked up.
  if (request.destroyed && !request.complete) throw brokenOff();
  return new Promise((resolve, reject) => {
    function take(chunk: Buffer): void {
      try {
        const admission = reader.take(chunk);
        if (!admission) return;
        request.pause();
        admission.then(() => request.resume(), refuse);
      } catch (refusal) {
        refuse(refusal);
      }
    }
    function refuse(refusal: unknown): void {
      request.off("data", take).pause();
      reader.drop();
      reject(refusal);
    }
    request.on("data", take);
    request.once("end", () => resolve(reader.whole()));
    request.once("error", (cause) => refuse(brokenOff(cause)));
    request.once("close", () => {
      if (!request.complete) refuse(brokenOff());
    });
  });
}
