import { createRequire } from "node:module";
import {
  isMeasured,
  type Measured,
  RATIO_SCRIPTS,
  splitsDigits,
  type Tokenizer,
  tokenRatio,
} from "../../../lib/providers";

type Encoding = { countTokens: (text: string, options: { disallowedSpecial: Set<string> }) => number };

/** What the tokenizers don't break: letters, signs, spaces, and the ends of lines with slashes, each among themselves. */
const UNBROKEN = [String.raw`\p{L}\p{M}`, String.raw`^\s\p{L}\p{N}`, String.raw`\s`, String.raw`\r\n/`];
/**
 * Runs without a break cost the tokenizer their square; longer ones are cut, which counts a token more at a cut. Each is looked
 * for at its beginning alone: from each of its letters that would cost a square again.
 */
const RUN = new RegExp(UNBROKEN.map((kind) => `(?<![${kind}])[${kind}]{200,}`).join("|"), "gu");
const PIECE_CHARS = 100;
/** The engine's stack is deep enough for a run of so many. */
const SLICE_CHARS = 1_000_000;
/** Texts are data: nothing in them is a control token. */
const PLAIN = { disallowedSpecial: new Set<string>() };

const require = createRequire(import.meta.url);

/** The encoding that counts for a tokenizer, in place of the others' own. */
const encodingOf = ({ vocabulary }: Tokenizer): string => (vocabulary === "cl100k" ? "cl100k_base" : "o200k_base");

const loaded = new Map<string, Encoding>();
function load(name: string): Encoding {
  // The package's own module for that encoding.
  const encoding = loaded.get(name) ?? (require(`gpt-tokenizer/encoding/${name}`) as Encoding);
  loaded.set(name, encoding);
  return encoding;
}

/** The text in pieces of so many characters, which end between characters, not within one. */
function* cut(text: string, chars: number): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + chars;
    const next = text.charCodeAt(end);
    if (next >= 0xdc00 && next <= 0xdfff) end++; // the second half of a pair
    yield text.slice(at, end);
  }
}

/** The text in parts that each take the tokenizer no longer than its length. */
function* parts(text: string): Generator<string> {
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (index > from) yield text.slice(from, index);
    yield* cut(run, PIECE_CHARS);
    from = index + run.length;
  }
  if (from < text.length) yield from === 0 ? text : text.slice(from);
}

/** A part of a text, and how many tokens each that OpenAI counts in it stands for. */
type Weighted = { piece: string; weight: number };

function* plain(text: string, weight = 1): Generator<Weighted> {
  for (const piece of parts(text)) yield { piece, weight };
}

const SCRIPTS = RATIO_SCRIPTS.map((script) => ({ script, isOf: new RegExp(`^\\p{Script=${script}}`, "u") }));
/** Digits, or letters of one of the scripts with their marks and the spaces between them. */
const RUNS = new RegExp(
  [
    "\\d+",
    ...RATIO_SCRIPTS.map((script) => `\\p{Script=${script}}[\\p{Script=${script}}\\p{Script=Inherited} ]*`),
  ].join("|"),
  "gu",
);

function weightOf(vocabulary: Measured, run: string): number {
  return tokenRatio(vocabulary, SCRIPTS.find(({ isOf }) => isOf.test(run))?.script ?? "");
}

/** The text in parts whose tokens, counted by OpenAI's and weighed, are about as many as the vocabulary's own. */
function* weigh(vocabulary: Measured, text: string): Generator<Weighted> {
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    const isDigits = /^\d/.test(run);
    if (isDigits && !splitsDigits(vocabulary)) continue;
    yield* plain(text.slice(from, index));
    from = index + run.length;
    if (isDigits) yield { piece: "0", weight: run.length };
    else yield* plain(run, weightOf(vocabulary, run));
  }
  yield* plain(text.slice(from));
}

/** How many tokens texts are most likely, each by itself, in a time that grows with their length. Units: tokens. */
export function estimateTexts(tokenizer: Tokenizer, texts: readonly string[]): number {
  const { vocabulary } = tokenizer;
  const { countTokens } = load(encodingOf(tokenizer));
  let tokens = 0;
  for (const text of texts) {
    for (const slice of cut(text, SLICE_CHARS)) {
      const pieces = isMeasured(vocabulary) ? weigh(vocabulary, slice) : plain(slice);
      for (const { piece, weight } of pieces) tokens += weight * countTokens(piece, PLAIN);
    }
  }
  return Math.ceil(tokens);
}
