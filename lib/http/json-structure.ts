import { ScripError } from "../errors";

/**
 * What a JSON body may be made of, so that parsing and walking it takes no longer than its bytes do. `numbers` is the
 * allowance for flat lists of numbers (token ids) in top-level members that are named as such; they count as no values.
 */
export const JSON_BOUNDS = { depth: 64, names: 1_000, values: 50_000, numbers: 300_000 } as const;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const SPACE = 0x20;
/** A list of numbers, and a list of such lists, in a top-level member. */
const LIST_DEPTH_MAX = 3;
const NAME_BYTES_MAX = 32;
const EMPTY = Buffer.alloc(0);
const LIST = -1;
/** A text longer than this is searched for its end by the engine rather than byte by byte. */
const LONG = 1_024;
/** Commas and colons that values within the bounds have between them: at most one after each, and one before it. */
const SEPARATORS_MAX = 2 * JSON_BOUNDS.values + JSON_BOUNDS.numbers;
const NONE: ReadonlySet<string> = new Set();

/** Where the scan is: between tokens, in a text, after a backslash in one, in a number or a literal. */
type State = "between" | "text" | "escape" | "scalar";

/** How many bytes from here on are neither a quote nor a backslash, where that is many; else 0. */
function plainBytes(chunk: Uint8Array, from: number): number {
  if (chunk.length - from < LONG) return 0;
  const quote = chunk.indexOf(QUOTE, from);
  const end = quote < 0 ? chunk.length : quote;
  if (end - from < LONG) return 0;
  const backslash = chunk.indexOf(BACKSLASH, from);
  return (backslash < 0 ? end : Math.min(backslash, end)) - from;
}

function passSpace(chunk: Uint8Array, from: number): number {
  let at = from;
  while (at < chunk.length && (chunk[at] ?? 0) <= SPACE) at++;
  return at;
}

const refuse = (message: string): never => {
  throw new ScripError("invalid_request", message);
};

/**
 * Counts what a JSON body is made of while it arrives, in chunks cut anywhere, without parsing it and without allocating
 * anything for its values. Of bytes that are no JSON it counts at least what stands before the first error.
 */
export class JsonScan {
  #state: State = "between";
  #isName = false;
  #values = 0;
  #numbers = 0;
  #separators = 0;
  /** How many names each object has that is open; of a list, `LIST`. */
  readonly #open: number[] = [];
  /** The top-level name that is being read, and whether the member under it may hold lists of numbers. */
  #name = EMPTY;
  #nameBytes = -1;
  #hasNumbers = false;

  /** `numberLists` are the top-level members in which the protocol has lists of numbers. */
  constructor(private readonly numberLists: ReadonlySet<string> = NONE) {
    if (numberLists.size > 0) this.#name = Buffer.alloc(NAME_BYTES_MAX);
  }

  /** Read on. Errors: `ScripError` invalid_request, naming the bound that the body is beyond. */
  push(chunk: Uint8Array): void {
    const end = chunk.length;
    let at = 0;
    while (at < end) {
      if (this.#state === "text") at = this.#passText(chunk, at);
      else if (this.#state === "escape") {
        at++;
        this.#state = "text";
      } else if (this.#state === "scalar") at = this.#passScalar(chunk, at);
      else at = this.#passToken(chunk, at);
    }
  }

  #passText(chunk: Uint8Array, from: number): number {
    const end = chunk.length;
    let at = from + plainBytes(chunk, from);
    while (at < end) {
      const byte = chunk[at];
      if (byte === QUOTE) break;
      // What an escape stands for is never a quote that ends the text, whichever byte follows.
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (this.#nameBytes >= 0) this.#addToName(chunk, from, Math.min(at, end));
    if (at > end) this.#state = "escape";
    if (at >= end) return end;
    this.#state = "between";
    if (this.#nameBytes >= 0) this.#endName();
    return at + 1;
  }

  #passScalar(chunk: Uint8Array, from: number): number {
    let at = from;
    for (const end = chunk.length; at < end; at++) {
      const byte = chunk[at] ?? SPACE;
      if (byte <= SPACE || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) break;
      if (byte === QUOTE || byte === OPEN_LIST || byte === OPEN_OBJECT || byte === COLON) break; // no JSON
    }
    if (at < chunk.length) this.#state = "between";
    return at;
  }

  #passToken(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? SPACE;
    if (byte <= SPACE) return passSpace(chunk, at);
    if (byte === COMMA || byte === COLON) this.#separate(byte === COMMA);
    else if (byte === QUOTE) this.#beginText();
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#begin(byte === OPEN_OBJECT);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#close();
    else this.#beginScalar(byte);
    return at + 1;
  }

  #separate(isComma: boolean): void {
    if (++this.#separators > SEPARATORS_MAX) refuse("The body must be a JSON object in UTF-8.");
    if (isComma) this.#isName = (this.#open.at(-1) ?? LIST) !== LIST;
  }

  #begin(isObject: boolean): void {
    this.#countValue();
    if (this.#open.length === JSON_BOUNDS.depth) {
      refuse(`The body is nested more than ${JSON_BOUNDS.depth} levels deep.`);
    }
    this.#open.push(isObject ? 0 : LIST);
    this.#isName = isObject;
  }

  #close(): void {
    if (this.#open.pop() === undefined) refuse("The body must be a JSON object in UTF-8.");
    this.#isName = false;
  }

  #beginText(): void {
    this.#state = "text";
    if (!this.#isName) return this.#countValue();
    this.#isName = false;
    const depth = this.#open.length;
    const names = (this.#open[depth - 1] ?? 0) + 1;
    this.#open[depth - 1] = names;
    if (names > JSON_BOUNDS.names) refuse(`An object in the body has more than ${JSON_BOUNDS.names} names.`);
    if (depth === 1) {
      this.#hasNumbers = false;
      if (this.numberLists.size > 0) this.#nameBytes = 0;
    }
  }

  #addToName(chunk: Uint8Array, from: number, to: number): void {
    const bytes = this.#nameBytes + to - from;
    // A longer name is none of those that matter; one with an escape in it isn't either.
    if (bytes <= NAME_BYTES_MAX) this.#name.set(chunk.subarray(from, to), this.#nameBytes);
    this.#nameBytes = Math.min(bytes, NAME_BYTES_MAX + 1);
  }

  #endName(): void {
    this.#hasNumbers =
      this.#nameBytes <= NAME_BYTES_MAX && this.numberLists.has(this.#name.toString("utf8", 0, this.#nameBytes));
    this.#nameBytes = -1;
  }

  #beginScalar(byte: number): void {
    this.#state = "scalar";
    const isNumber = byte === MINUS || (byte >= 0x30 && byte <= 0x39);
    if (!isNumber || !this.#isNumberList()) return this.#countValue();
    if (++this.#numbers > JSON_BOUNDS.numbers)
      refuse(`The body has more than ${JSON_BOUNDS.numbers} numbers in lists.`);
  }

  /** Whether nothing but lists lies between here and a member that may hold lists of numbers. */
  #isNumberList(): boolean {
    const depth = this.#open.length;
    if (!this.#hasNumbers || depth < 2 || depth > LIST_DEPTH_MAX) return false;
    return this.#open[1] === LIST && this.#open[depth - 1] === LIST;
  }

  #countValue(): void {
    if (++this.#values > JSON_BOUNDS.values) refuse(`The body has more than ${JSON_BOUNDS.values} values.`);
  }
}
