import type { Endpoint } from "../../../../lib/providers";
import type { Counted, Served, StreamReader, StreamStep, UsageBounds, UsageReading } from "../../protocol";
import { createEventSplitter, eventData, isErrorEvent, splitEvents } from "../event-splitter";
import { readMembers, spliceInner, spliceMembers } from "../json-members";
import { choicesOf, ChunkLog, parseEvent } from "./chunk-log";
import { isAbsent, isObject, type Json } from "./json";
import { usageText } from "./limit";
import type { ChatRequest } from "./parse";
import { creditsIn } from "./own-cost";
import { hasOtherTier, knownTier, servedBy, tierChange } from "./service-tier";
import { findUsage, hasOutput, readUsage, UsageReports } from "./usage";

const EVENT_BYTES_MAX = 8 * 1024 * 1024;
const DONE = Buffer.from("data: [DONE]\n\n");
const NOTHING = Buffer.alloc(0);
/**
 * A run of events without any of these passes unread. Within a text of JSON those with quotes can't stand as they are, and the
 * others only cost a look.
 */
const MARKS = ["[DONE]", '"error', "event:", "retry:", '"success"', '"base_resp"', '"detail"'].map((mark) =>
  Buffer.from(mark),
);
const USAGE = Buffer.from('"usage"');
const [SPACE, TAB, COLON, OPEN] = [0x20, 0x09, 0x3a, 0x7b];
/** The failure of a stream that ended without a reply. */
const EMPTY_REPLY = "{}";

/** Whether a usage object begins in the run, however its JSON is spaced; suppliers write `"usage":null` in every chunk. */
function hasUsage(run: Buffer): boolean {
  for (let at = run.indexOf(USAGE); at >= 0; at = run.indexOf(USAGE, at + 1)) {
    let next = at + USAGE.length;
    while (run[next] === SPACE || run[next] === TAB || run[next] === COLON) next++;
    if (run[next] === OPEN) return true;
  }
  return false;
}

const asEvent = (data: Buffer): Buffer => Buffer.concat([Buffer.from("data: "), data, Buffer.from("\n\n")]);
const dataBytes = (event: Buffer): Buffer => Buffer.from(eventData(event) ?? "");

/** Whether an event is a supplier's error: by its name, a member, a choice's end, or since it is no chunk at all. */
function isError(event: Buffer, parsed: Json): boolean {
  if (isErrorEvent(event) || !isAbsent(parsed["error"])) return true;
  const groq = parsed["x_groq"];
  if (isObject(groq) && !isAbsent(groq["error"])) return true;
  if (Array.isArray(parsed["choices"])) return choicesOf(parsed).some((choice) => choice["finish_reason"] === "error");
  return !isObject(parsed["usage"]);
}

/**
 * A chunk as a caller gets it: its figures become null where usage was asked for, as OpenAI's are, and go elsewhere; its tier is
 * one of OpenAI's.
 */
function forCaller(event: Buffer, parsed: Json, wantsUsage: boolean): Buffer {
  const data = dataBytes(event);
  const members = readMembers(data);
  const changes = tierChange(data, members);
  if (isObject(parsed["usage"])) changes.set("usage", wantsUsage ? "null" : null);
  const { x_groq: groq } = parsed;
  if (isObject(groq) && isObject(groq["usage"])) changes.set("x_groq", JSON.stringify({ ...groq, usage: undefined }));
  const choices = choicesOf(parsed);
  if (choices.some(({ usage }) => isObject(usage))) {
    changes.set("choices", JSON.stringify(choices.map((choice) => ({ ...choice, usage: undefined }))));
  }
  return changes.size === 0 ? event : asEvent(spliceMembers(data, members, changes));
}

/**
 * Passes the chunks of a chat completion on; withholds the last usage and the terminator until the end, and everything until
 * there is a choice: before that another key may be tried.
 */
class ChunkStream implements StreamReader {
  readonly #splitter = createEventSplitter(EVENT_BYTES_MAX);
  readonly #log = new ChunkLog();
  readonly #reports: UsageReports;
  /** The last event that had usage and no choice. */
  #usageChunk: Buffer | null = null;
  #early: Buffer[] = [];
  #isBegun = false;
  #failure: string | null = null;
  #isDone = false;
  #isOver = false;
  #served: Served = {};
  /** The tier of the last chunk that was read, as it stands there. */
  #tier: Buffer | null = null;

  constructor(
    private readonly wantsUsage: boolean,
    private readonly choices: number,
    private readonly endpoint: Endpoint,
  ) {
    this.#reports = new UsageReports(endpoint);
  }

  push(chunk: Buffer): StreamStep {
    if (this.#state() !== "open") return { out: NOTHING, state: this.#state() };
    return this.#read(this.#splitter.push(chunk));
  }

  finish(): StreamStep {
    const step =
      this.#state() === "open" ? this.#read(this.#splitter.finish()) : { out: NOTHING, state: this.#state() };
    if (this.#failure === null && (this.#isBegun || this.#reports.hasOutput())) this.#isOver = true;
    else this.#failure ??= EMPTY_REPLY;
    return { out: step.out, state: this.#state() };
  }

  isDone(): boolean {
    return this.#isDone;
  }

  isComplete(): boolean {
    return this.#isDone || this.#reports.isThere() || this.#log.finished() >= this.choices;
  }

  failure(): string | null {
    return this.#failure;
  }

  reading(bounds: UsageBounds): UsageReading {
    const readOne = (report: Json): UsageReading => {
      // A report of some output says by itself that the reply wasn't empty.
      const isEmpty = !hasOutput(report, this.endpoint) && this.#log.produced().length === 0;
      return readUsage(report, this.endpoint, bounds, isEmpty);
    };
    return this.#reports.read(readOne);
  }

  served(): Served {
    return this.#served;
  }

  produced(): string[] {
    return this.#log.produced();
  }

  producedSince(): string[] {
    return this.#log.producedSince();
  }

  end(counted: Counted, credits: string): Buffer {
    return this.wantsUsage ? Buffer.concat([this.#usageEvent(counted, credits), DONE]) : DONE;
  }

  #state(): StreamStep["state"] {
    if (this.#failure !== null) return "failed";
    return this.#isOver || (this.#isDone && this.#reports.isThere()) ? "ended" : "open";
  }

  #isMarked(run: Buffer): boolean {
    return MARKS.some((mark) => run.includes(mark)) || hasUsage(run) || hasOtherTier(run, this.#tier);
  }

  #read(run: Buffer): StreamStep {
    if (run.length === 0) return { out: NOTHING, state: this.#state() };
    this.#log.add(run);
    if (this.#isBegun && !this.#isMarked(run)) return { out: run, state: "open" };
    const out: Buffer[] = [];
    for (const event of splitEvents(run)) {
      if (this.#failure !== null) break;
      if (this.#isBegun && !this.#isMarked(event)) out.push(event);
      else this.#readEvent(event, out);
    }
    // A reply needs a choice, or output that was reported: a terminator alone ends nothing.
    if (this.#isDone && !this.#isBegun && !this.#reports.hasOutput()) this.#failure ??= EMPTY_REPLY;
    return { out: Buffer.concat(out), state: this.#state() };
  }

  #readEvent(event: Buffer, out: Buffer[]): void {
    const data = eventData(event);
    if (data?.trim() === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const parsed = parseEvent(event);
    if (parsed && isError(event, parsed)) {
      this.#failure = data;
      return;
    }
    if (!parsed) return this.#passOther(event, data, out);
    this.#served = { ...this.#served, ...servedBy(parsed["service_tier"]) };
    this.#tier = knownTier(parsed["service_tier"]) ?? this.#tier;
    const report = findUsage(parsed);
    if (isObject(report)) this.#reports.add(report);
    const hasChoice = choicesOf(parsed).length > 0;
    if (!hasChoice && isObject(parsed["usage"])) {
      this.#usageChunk = event;
      return;
    }
    this.#pass(forCaller(event, parsed, this.wantsUsage), hasChoice, out);
  }

  /** Comments keep a connection open; a name or a delay without data, which the field's clients fail on, goes. */
  #passOther(event: Buffer, data: string | null, out: Buffer[]): void {
    if (this.#isDone || data?.trim() === "") return;
    if (data !== null || event[0] === COLON) this.#pass(event, false, out);
  }

  #pass(event: Buffer, hasChoice: boolean, out: Buffer[]): void {
    if (this.#isDone) return;
    if (hasChoice && !this.#isBegun) {
      this.#isBegun = true;
      out.push(...this.#early);
      this.#early = [];
    }
    if (this.#isBegun) out.push(event);
    else this.#early.push(event);
  }

  #usageEvent(counted: Counted, credits: string): Buffer {
    const { id, created, model } = this.#log.first() ?? {};
    if (this.#usageChunk && this.#reports.isOne()) {
      const data = dataBytes(this.#usageChunk);
      const members = readMembers(data);
      const changes = tierChange(data, members);
      if (!parseEvent(this.#usageChunk)?.["id"]) changes.set("id", idText(id));
      return asEvent(spliceInner(spliceMembers(data, members, changes), "usage", creditsIn(credits)));
    }
    const head = JSON.stringify({ object: "chat.completion.chunk", created, model, choices: [] });
    const report = this.#reports.whole();
    const written = Buffer.from(JSON.stringify(report ?? {}));
    const usage = report
      ? spliceMembers(written, readMembers(written), creditsIn(credits))
      : usageText(counted, credits);
    return Buffer.from(`data: {"id":${idText(id)},${head.slice(1, -1)},"usage":${String(usage)}}\n\n`);
  }
}

/** An id for the last chunk: that of the others; clients drop a chunk whose id is empty. */
const idText = (id: unknown): string => JSON.stringify(typeof id === "string" && id !== "" ? id : "chatcmpl-scrip");

/** A reader for the stream that answers a request. */
export const stream = ({ particulars, choices }: ChatRequest, endpoint: Endpoint): StreamReader =>
  new ChunkStream(particulars.wantsUsage, choices, endpoint);
