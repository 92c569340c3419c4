import type { Endpoint } from "../../../../lib/providers";
import type { Counted, StreamReader, StreamStep, UsageBounds, UsageReading } from "../../protocol";
import { createEventSplitter, eventData, splitEvents } from "../event-splitter";
import { readMembers, spliceInner, spliceMembers } from "../json-members";
import { isObject, type Json } from "./json";
import { usageText } from "./limit";
import type { ChatRequest } from "./parse";
import { addChoices, findUsage, newProduced, type Produced, readUsage, texts } from "./usage";

/** So much of a stream is kept unread; what was put out is only looked at when somebody asks, or when this is full. */
const UNREAD_BYTES_MAX = 64 * 1024;
const FINISHED = /"finish_reason"\s*:\s*"/;

/** The object that an event carries; null for anything else. */
function parseEvent(event: Buffer): Json | null {
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
class ChunkLog {
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

const EVENT_BYTES_MAX = 8 * 1024 * 1024;
const DONE = Buffer.from("data: [DONE]\n\n");
const NOTHING = Buffer.alloc(0);
/** A run of events without any of these passes unread. Within a text of JSON, none of them can stand as it is. */
const MARKS = [Buffer.from("[DONE]"), Buffer.from('"error"')];
const USAGE = Buffer.from('"usage"');
const [SPACE, TAB, COLON, OPEN] = [0x20, 0x09, 0x3a, 0x7b];

/** Whether a usage object begins in the run, however its JSON is spaced; suppliers write `"usage":null` in every chunk. */
function hasUsage(run: Buffer): boolean {
  for (let at = run.indexOf(USAGE); at >= 0; at = run.indexOf(USAGE, at + 1)) {
    let next = at + USAGE.length;
    while (run[next] === SPACE || run[next] === TAB || run[next] === COLON) next++;
    if (run[next] === OPEN) return true;
  }
  return false;
}

const isMarked = (run: Buffer): boolean => MARKS.some((mark) => run.includes(mark)) || hasUsage(run);

const asEvent = (data: Buffer): Buffer => Buffer.concat([Buffer.from("data: "), data, Buffer.from("\n\n")]);
const dataBytes = (event: Buffer): Buffer => Buffer.from(eventData(event) ?? "");

/** An event without its usage; null where nothing else was in it. */
function withoutUsage(event: Buffer, { choices }: Json): Buffer | null {
  if (!Array.isArray(choices) || choices.length === 0) return null;
  const data = dataBytes(event);
  return asEvent(spliceMembers(data, readMembers(data), new Map([["usage", null]])));
}

/** Passes the chunks of a chat completion on; withholds the last usage and the terminator until the end. */
class ChunkStream implements StreamReader {
  readonly #splitter = createEventSplitter(EVENT_BYTES_MAX);
  readonly #log = new ChunkLog();
  #withheld: { event: Buffer; parsed: Json } | null = null;
  #usage: Json | null = null;
  #failure: string | null = null;
  #isDone = false;

  constructor(
    private readonly wantsUsage: boolean,
    private readonly reasoning: Endpoint["reasoning"],
  ) {}

  push(chunk: Buffer): StreamStep {
    if (this.#state() !== "open") return { out: NOTHING, state: this.#state() };
    const run = this.#splitter.push(chunk);
    if (run.length === 0) return { out: NOTHING, state: "open" };
    this.#log.add(run);
    if (this.#passesUnread(run)) return { out: run, state: "open" };
    const out: Buffer[] = [];
    for (const event of splitEvents(run)) {
      if (this.#state() !== "open") break;
      if (this.#passesUnread(event)) out.push(event);
      else this.#readEvent(event, out);
    }
    return { out: Buffer.concat(out), state: this.#state() };
  }

  isComplete(): boolean {
    return this.#isDone || this.#usage !== null || this.#log.isFinished();
  }

  failure(): string | null {
    return this.#failure;
  }

  reading(bounds: UsageBounds): UsageReading {
    if (!this.#usage) return { outcome: "absent" };
    // A report of some output says by itself that the reply wasn't empty.
    const isEmpty = this.#usage["completion_tokens"] === 0 && this.#log.produced().length === 0;
    return readUsage(this.#usage, this.reasoning, bounds, isEmpty);
  }

  produced(): string[] {
    return this.#log.produced();
  }

  producedSince(): string[] {
    return this.#log.producedSince();
  }

  end(counted: Counted, credits: string): Buffer {
    const parts: Buffer[] = [];
    if (this.wantsUsage) parts.push(this.#usageEvent(counted, credits));
    else this.#passWithheld(parts);
    return Buffer.concat([...parts, DONE]);
  }

  #passesUnread(events: Buffer): boolean {
    return !this.#withheld && !isMarked(events);
  }

  #state(): StreamStep["state"] {
    if (this.#failure !== null) return "failed";
    return this.#isDone ? "ended" : "open";
  }

  /** What was withheld turns out not to be the last: it goes as it would have gone. */
  #release(out: Buffer[]): void {
    this.#passWithheld(out);
    this.#withheld = null;
  }

  #passWithheld(out: Buffer[]): void {
    if (!this.#withheld) return;
    const { event, parsed } = this.#withheld;
    const passed = this.wantsUsage ? event : withoutUsage(event, parsed);
    if (passed) out.push(passed);
  }

  #readEvent(event: Buffer, out: Buffer[]): void {
    const data = eventData(event);
    if (data?.trim() === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const parsed = parseEvent(event);
    if (parsed && parsed["error"] !== undefined && parsed["error"] !== null) {
      this.#failure = data;
      return;
    }
    this.#release(out);
    const found = parsed && findUsage(parsed);
    if (isObject(found)) this.#usage = found;
    if (parsed && isObject(parsed["usage"])) this.#withheld = { event, parsed };
    else out.push(event);
  }

  #usageEvent(counted: Counted, credits: string): Buffer {
    if (this.#withheld) return asEvent(spliceInner(dataBytes(this.#withheld.event), "usage", "credits", credits));
    const { id, created, model } = this.#log.first() ?? {};
    const head = JSON.stringify({ id, object: "chat.completion.chunk", created, model, choices: [] });
    return Buffer.from(`data: ${head.slice(0, -1)},"usage":${usageText(counted, credits)}}\n\n`);
  }
}

/** A reader for the stream that answers a request. */
export const stream = ({ particulars }: ChatRequest, endpoint: Endpoint): StreamReader =>
  new ChunkStream(particulars.wantsUsage, endpoint.reasoning);
