import type { Usage } from "../../../../lib/pricing";
import type { Endpoint } from "../../../../lib/providers";
import type { ReplyReading, UsageBounds, UsageReading } from "../../protocol";
import { inside, isAbsent, isObject, type Json } from "./json";
import { costIn } from "./own-cost";
import { servedBy } from "./service-tier";
import { addChoices, newProduced, texts } from "./produced";

/** A number of tokens: absent is 0, anything but a whole number from 0 up is incredible. */
function count(value: unknown): number {
  if (value === undefined || value === null) return 0;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
}

/** Suppliers that report in every chunk: the last ones are kept. */
const REPORTS_MAX = 64;

type Kinds = Usage["kinds"];

function inputKinds(raw: Json): Kinds {
  const details = inside(raw["prompt_tokens_details"]);
  return {
    // Where each supplier counts what its automatic caching saved.
    cache: count(details["cached_tokens"] ?? raw["cached_tokens"] ?? raw["prompt_cache_hit_tokens"]),
    cache_write_5m: count(details["cache_write_tokens"]),
    input_audio: count(details["audio_tokens"]),
    input_image: count(details["image_tokens"]),
  };
}

function outputKinds(raw: Json): Kinds {
  const details = inside(raw["completion_tokens_details"]);
  return {
    output_audio: count(details["audio_tokens"]),
    output_image: count(details["image_tokens"]),
    reasoning: count(details["reasoning_tokens"]),
  };
}

const isCredible = (kinds: Kinds): boolean => Object.values(kinds).every((tokens) => !Number.isNaN(tokens));
const present = (kinds: Kinds): Kinds => Object.fromEntries(Object.entries(kinds).filter(([, tokens]) => tokens > 0));

/** What a report of the endpoint says, and where. */
type Reporting = Pick<Endpoint, "reasoning" | "total" | "ownCost">;

/** The output's total with reasoning in it, wherever the supplier counts that; not a number where the report can't be true. */
function outputTotal(raw: Json, { reasoning, total }: Reporting, outputMax = Number.MAX_SAFE_INTEGER): number {
  const told = count(raw["completion_tokens"]);
  const reasoned = count(inside(raw["completion_tokens_details"])["reasoning_tokens"]);
  const output = reasoning === "beside" ? told + reasoned : told;
  const beyondPrompt = count(raw["total_tokens"]) - count(raw["prompt_tokens"]);
  return total === "prompt_and_output" && beyondPrompt > output && beyondPrompt <= outputMax ? beyondPrompt : output;
}

const NO_TOKENS = { input_tokens: 0, output_tokens: 0 };

/**
 * Read a usage object. It is untrusted: whole numbers within the bounds, none negative; no input, or no output of a reply
 * that isn't empty, can't be.
 */
export function readUsage(raw: unknown, endpoint: Reporting, bounds: UsageBounds, isEmpty: boolean): UsageReading {
  if (!isObject(raw)) return { outcome: "absent" };
  const kinds = { ...inputKinds(raw), ...outputKinds(raw) };
  const input = count(raw["prompt_tokens"]);
  const output = outputTotal(raw, endpoint, bounds.outputMax);
  if (isEmpty && input === 0 && output === 0) {
    return { outcome: "reported", usage: { meters: NO_TOKENS, kinds: {} }, costNanos: null };
  }
  const isWithin = input >= 1 && input <= bounds.inputMax && output >= (isEmpty ? 0 : 1) && output <= bounds.outputMax;
  if (!isWithin || !isCredible(kinds)) return { outcome: "incredible" };
  return {
    outcome: "reported",
    usage: { meters: { input_tokens: input, output_tokens: output }, kinds: present(kinds) },
    costNanos: costIn(raw, endpoint.ownCost),
  };
}

/** Whether a report speaks of output. */
export const hasOutput = (report: Json, endpoint: Reporting): boolean => outputTotal(report, endpoint) > 0;

/** Two reports as one that has the larger number wherever both have one, and everything that only one says. */
function fullest(one: Json, other: Json): Json {
  const both: Json = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const known = both[name];
    if (isObject(known) && isObject(value)) both[name] = fullest(known, value);
    else if (typeof value === "number" && (typeof known !== "number" || value > known)) both[name] = value;
    else if (isAbsent(known)) both[name] = value;
  }
  return both;
}

/** The usage reports of one stream: suppliers write zeros, nothing, timings or half of it beside the one that holds. */
export class UsageReports {
  readonly #all: Json[] = [];

  constructor(private readonly endpoint: Reporting) {}

  add(report: Json): void {
    if (this.#all.length >= REPORTS_MAX) this.#all.splice(-1, 1);
    this.#all.push(report);
  }

  isThere(): boolean {
    return this.#all.length > 0;
  }

  isOne(): boolean {
    return this.#all.length === 1;
  }

  hasOutput(): boolean {
    return this.#all.some((report) => hasOutput(report, this.endpoint));
  }

  /** All of them as one; null where there is none. */
  whole(): Json | null {
    return this.#all.length === 0 ? null : this.#all.reduce(fullest);
  }

  /** The fullest report that can be true: all of them together, else the one with the most output. */
  read(readOne: (report: Json) => UsageReading): UsageReading {
    if (this.#all.length === 0) return { outcome: "absent" };
    const byOutput = this.#all.toSorted((a, b) => outputTotal(b, this.endpoint) - outputTotal(a, this.endpoint));
    const readings = [this.#all.reduce(fullest), ...byOutput].map(readOne);
    return readings.find(({ outcome }) => outcome === "reported") ?? { outcome: "incredible" };
  }
}

/** The usage object of a reply or of an event, wherever the supplier puts it. */
export function findUsage(body: Json): unknown {
  const choice: unknown = Array.isArray(body["choices"]) ? body["choices"][0] : undefined;
  return [body["usage"], inside(body["x_groq"])["usage"], inside(choice)["usage"]].find(isObject);
}

/**
 * Read a whole reply. `isReply` is false for what has neither a choice nor a report of output: it is no chat completion, or an
 * empty one.
 */
export function usage(reply: Buffer, endpoint: Endpoint, bounds: UsageBounds): ReplyReading {
  let body: unknown;
  try {
    body = JSON.parse(reply.toString("utf8"));
  } catch {
    body = null; // whoever answered doesn't speak this protocol
  }
  const isError = isObject(body) && body["error"] !== undefined && body["error"] !== null;
  const found = isObject(body) ? findUsage(body) : undefined;
  const hasChoice = isObject(body) && Array.isArray(body["choices"]) && body["choices"].some(isObject);
  if (!isObject(body) || isError || (!hasChoice && !(isObject(found) && hasOutput(found, endpoint)))) {
    return { reading: { outcome: "absent" }, served: {}, produced: () => [], isReply: false };
  }
  const produced = (): string[] => {
    const said = newProduced();
    addChoices(said, body["choices"], "message");
    return texts(said);
  };
  // A report of some output says by itself that the reply wasn't empty.
  const isEmpty = isObject(found) && !hasOutput(found, endpoint) && produced().length === 0;
  const reading = readUsage(found, endpoint, bounds, isEmpty);
  return { reading, served: servedBy(body["service_tier"]), produced, isReply: true };
}
