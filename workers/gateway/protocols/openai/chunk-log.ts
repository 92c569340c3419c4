import { eventData, splitEvents } from "../../event-splitter";
import { isObject, type Json } from "./json";
import { addChoices, newProduced, type Produced, texts } from "./produced";

/** So much of a stream is kept unread; what was put out is only looked at when somebody asks, or when this is full. */
const UNREAD_BYTES_MAX = 64 * 1024;
const FINISHED = /"finish_reason"\s*:\s*"/;

/** The object that an event carries; null for anything else. */
export function parseEvent(event: Buffer): Json | null {
  const data = eventData(event);
  if (data === null) return null;
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : null;
  } catch {
    return null; // broken events pass as they are
  }
}

/** What passed in a stream, for counting it: most streams report their usage, so that nothing of this is ever read. */
export class ChunkLog {
  readonly #produced: Produced = newProduced();
  #fresh: Produced = newProduced();
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #isFinished = false;
  #first: Json | null = null;

  add(run: Buffer): void {
    this.#unread.push(run);
    this.#unreadBytes += run.length;
    if (this.#unreadBytes > UNREAD_BYTES_MAX) this.#read();
  }

  /** Whether a choice gave the reason of its end. */
  isFinished(): boolean {
    this.#read();
    return this.#isFinished;
  }

  /** The first chunk, whose id and time the others share. */
  first(): Json | null {
    this.#read();
    return this.#first;
  }

  produced(): string[] {
    this.#read();
    return texts(this.#produced);
  }

  /** What came since the last call. */
  producedSince(): string[] {
    this.#read();
    const since = texts(this.#fresh);
    this.#fresh = newProduced();
    return since;
  }

  #read(): void {
    if (this.#unreadBytes === 0) return;
    const run = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    this.#isFinished ||= FINISHED.test(run.toString("latin1"));
    for (const event of splitEvents(run)) {
      const parsed = parseEvent(event);
      if (!parsed) continue;
      this.#first ??= parsed;
      addChoices(this.#produced, parsed["choices"], "delta");
      addChoices(this.#fresh, parsed["choices"], "delta");
    }
  }
}
