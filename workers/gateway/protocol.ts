import type { Nanos } from "../../lib/money";
import type { ScripError } from "../../lib/errors";
import type { CardVersion, Meter, ModelWithCards } from "../../lib/catalog";
import type { RequestFacts, Usage } from "../../lib/pricing";
import type { Endpoint } from "../../lib/providers";
import type { TextFacts } from "./tokens/token-ceiling";

/** What a request asks for, as far as every protocol says it. `P` is what the protocol itself needs to remember. */
export type ParsedRequest<P = unknown> = {
  /** The bytes as they came. */
  readonly bytes: Buffer;
  readonly model: string;
  readonly isStreamed: boolean;
  /** The most output tokens of one choice that the caller asked for; null where it didn't say. */
  readonly outputAsked: number | null;
  readonly choices: number;
  /** Tokens that the input can't be more than, images included. */
  readonly inputBound: number;
  /** Tokens that the input may be beyond a count of it: what isn't text is counted as it usually comes out. */
  readonly inputOverheadTokens: number;
  /** Output tokens that may be billed beyond what bounds the output. */
  readonly outputOverheadTokens: number;
  /** What card fields and tables look at. */
  readonly facts: RequestFacts;
  readonly particulars: P;
  /**
   * Set where the body was parsed in a thread: `facts` has nothing but what prices depend on, and what its input is made of is
   * only counted there too. The hash is there where an idempotency key needs it.
   */
  readonly large?: { readonly sha256: Uint8Array | null; readonly look: TextFacts };
};

/** Texts to be tokenised, and the tokens that their framing takes beside them. */
export type Countable = { texts: string[]; overhead: number };

export type Frames = "typical" | "largest";

/** Bounds that a usage report can't honestly be outside of. */
export type UsageBounds = { inputMax: number; outputMax: number };

/** A usage report that was read: its figures, or why they can't be used. */
export type UsageReading =
  /** `costNanos` is what the supplier says it bills; null where it doesn't say. */
  { outcome: "reported"; usage: Usage; costNanos: Nanos | null } | { outcome: "absent" } | { outcome: "incredible" };

/** A whole reply as it can be charged: its usage, and what it put out, for counting where there is no usage. */
export type ReplyReading = { reading: UsageReading; served: Served; produced: () => string[]; isReply: boolean };

/** What a reply says of request fields that prices depend on, such as the tier that served, by the field's name. */
export type Served = Readonly<Record<string, string>>;

/** What of a chunk may leave at once, and what became of the stream with it. */
export type StreamStep = { out: Buffer; state: "open" | "ended" | "failed" };

/** Reads one stream as it passes. */
export type StreamReader = {
  /** Errors: `RangeError` for what is no stream of this protocol. */
  push(chunk: Buffer): StreamStep;
  /** The supplier has ended the stream: what was left of it, and what became of it. */
  finish(): StreamStep;
  /** Whether the terminator was there; usage may come after it. */
  isDone(): boolean;
  /** Whether the stream came to its own end: its terminator, its usage, or the end of every choice was there. */
  isComplete(): boolean;
  /** The error that the supplier sent in the stream. */
  failure(): string | null;
  reading(bounds: UsageBounds): UsageReading;
  served(): Served;
  /** Everything put out so far, in texts that are counted each by itself. */
  produced(): string[];
  /** What was put out since the last call, for a running count. */
  producedSince(): string[];
  /**
   * The withheld end: the usage event with the credits where the caller asked for it, and the terminator. It may be asked
   * for again, with other credits.
   */
  end(counted: Counted, credits: string): Buffer;
};
export type Counted = { inputTokens: number; outputTokens: number };

/** What a body is by how it begins. */
export type BodyForm = "events" | "object" | "other";

/** A wire protocol. Nothing else in the gateway knows a name of a field of it. */
export type Protocol<P = unknown> = {
  readonly name: string;
  /** Where its requests are posted to here, and what every path of it begins with. */
  readonly routes: readonly string[];
  readonly prefix: string;
  /** The path below a supplier's endpoint. */
  readonly path: string;
  /** How it lists models; what isn't a model that can be called is shown to nobody. */
  models: {
    one(model: ModelWithCards, price: CardVersion, isAvailable: boolean): object;
    list(models: readonly object[]): object;
  };
  /** What a model must be able to do to be called in it. */
  readonly capability: string;
  /** What its requests are counted in. */
  readonly meters: readonly Meter[];
  /** Top-level members in which its requests have flat lists of numbers, such as token ids. */
  readonly numberLists: ReadonlySet<string>;
  /** Errors: `ScripError` invalid_request for what is no request of this protocol. */
  parse(bytes: Buffer, headers: Readonly<Record<string, string>>): ParsedRequest<P>;
  /** What the input is made of, for a count: framed as OpenAI does, or with as much framing as any supplier's. */
  tokens(parsed: ParsedRequest<P>, frames?: Frames): Countable;
  /** The bytes for the supplier: the caller's own, with only what must differ spliced in. */
  limit(
    parsed: ParsedRequest<P>,
    change: { model: string; outputCap: number | null; endpoint: Endpoint; asksForUsage: boolean },
  ): Buffer;
  /** Whether a supplier refused that a stream's usage was asked for. */
  refusesUsage(parsed: ParsedRequest<P>, status: number, body: string): boolean;
  usage(reply: Buffer, endpoint: Endpoint, bounds: UsageBounds): ReplyReading;
  /** For suppliers that answer a request for a whole reply with a stream, or one for a stream with a whole reply. */
  otherForm: {
    /** How a body begins; null while nothing of it is there. */
    formOf(bytes: Buffer): BodyForm | null;
    /** The whole reply that events come to; null for what is no whole stream. */
    toWhole(events: Buffer): Buffer | null;
    /** The events of a whole reply; null for what is none. */
    toEvents(reply: Buffer): Buffer | null;
  };
  strip: {
    /** A whole reply with its credits. */
    reply(reply: Buffer, counted: Counted, credits: string): Buffer;
    stream(parsed: ParsedRequest<P>, endpoint: Endpoint): StreamReader;
  };
  error: {
    /** A refusal of ours in the protocol's shape. */
    body(refusal: ScripError): string;
    /** The same as the last event of a stream. */
    event(refusal: ScripError): string;
    /** A supplier's refusal of the caller's request, in the protocol's shape. */
    surfaced(status: number, body: string): string;
  };
};
