import { eventData, splitEvents } from "../event-splitter";
import { isObject, type Json } from "./json";
import { addChoices, newProduced, type Produced, texts } from "./produced";

/** So much of a stream is kept unread; what was put out is only looked at when somebody asks, or when this is full. */
const UNREAD_BYTES_MAX = 64 * 1024;

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

/** The choices of a chunk; none where it has no list of them. */
export const choicesOf = ({ choices }: Json): Json[] => (Array.isArray(choices) ? choices.filter(isObject) : []);

/** What passed in a stream, for counting it: most streams report their usage, so that nothing of this is ever read. */
export class ChunkLog {
  readonly #produced: Produced = newProduced();
  #fresh: Produced = newProduced();
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  readonly #finished = new Set<unknown>();
  #first: Json | null = null;

  add(run: Buffer): void {
    this.#unread.push(run);
    this.#unreadBytes += run.length;
    if (this.#unreadBytes > UNREAD_BYTES_MAX) this.#read();
  }

  /** How many choices gave the reason of their end. */
  finished(): number {
    this.#read();
    return this.#finished.size;
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
    for (const event of splitEvents(run)) {
      const parsed = parseEvent(event);
      if (!parsed) continue;
      this.#first ??= parsed;
      for (const [position, choice] of choicesOf(parsed).entries()) {
        const reason = choice["finish_reason"];
        if (typeof reason === "string" && reason !== "") this.#finished.add(choice["index"] ?? position);
      }
      addChoices(this.#produced, parsed["choices"], "delta");
      addChoices(this.#fresh, parsed["choices"], "delta");
    }
  }
}
