import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import {
  isMeasured,
  type Measured,
  RATIO_SCRIPTS,
  splitsDigits,
  type Tokenizer,
  tokenizerOf,
  tokenRatio,
} from "../../lib/providers";
import type { Countable } from "./protocol";
import { textsAtMost } from "./token-ceiling";

type Encoding = { countTokens: (text: string, options: { disallowedSpecial: Set<string> }) => number };

/** More text than this is counted in another thread. Units: characters. */
const THREAD_CHARS = 200_000;
/** Runs without a break cost the tokenizer their square; longer ones are cut, which counts a token more at a cut. */
const RUN = /[\p{L}\p{M}]{200,}|[^\s\p{L}\p{N}]{200,}|\s{200,}/gu;
const PIECE_CHARS = 100;
/** Texts are data: nothing in them is a control token. */
const PLAIN = { disallowedSpecial: new Set<string>() };

const require = createRequire(import.meta.url);
const encodingPath = (name: string): string => require.resolve(`gpt-tokenizer/encoding/${name}`);

/** The encoding that counts for a tokenizer, in place of the others' own. */
const encodingOf = ({ vocabulary }: Tokenizer): string => (vocabulary === "cl100k" ? "cl100k_base" : "o200k_base");

const loaded = new Map<string, Encoding>();
function load(name: string): Encoding {
  // The package's own module for that encoding.
  const encoding = loaded.get(name) ?? (require(encodingPath(name)) as Encoding);
  loaded.set(name, encoding);
  return encoding;
}

/** Cut what has no break for long; pieces end between characters, not within one. */
function cut(run: string): string[] {
  const letters = Array.from(run);
  const pieces: string[] = [];
  for (let at = 0; at < letters.length; at += PIECE_CHARS) pieces.push(letters.slice(at, at + PIECE_CHARS).join(""));
  return pieces;
}

/** The text in parts that each take the tokenizer no longer than its length. */
function parts(text: string): string[] {
  if (text.length < 200) return [text];
  const found: string[] = [];
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (index > from) found.push(text.slice(from, index));
    for (const piece of cut(run)) found.push(piece);
    from = index + run.length;
  }
  if (from === 0) return [text];
  if (from < text.length) found.push(text.slice(from));
  return found;
}

/** A part of a text, and how many tokens each that OpenAI counts in it stands for. */
type Weighted = { piece: string; weight: number };

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
function weigh(vocabulary: Measured, text: string): Weighted[] {
  const found: Weighted[] = [];
  const plain = (from: number, to: number): void => {
    for (const piece of parts(text.slice(from, to))) found.push({ piece, weight: 1 });
  };
  let from = 0;
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    const isDigits = /^\d/.test(run);
    if (isDigits && !splitsDigits(vocabulary)) continue;
    plain(from, index);
    from = index + run.length;
    if (isDigits) found.push({ piece: "0", weight: run.length });
    else for (const piece of parts(run)) found.push({ piece, weight: weightOf(vocabulary, run) });
  }
  plain(from, text.length);
  return found.filter(({ piece }) => piece !== "");
}

const weighed = ({ vocabulary }: Tokenizer, text: string): Weighted[] =>
  isMeasured(vocabulary) ? weigh(vocabulary, text) : parts(text).map((piece) => ({ piece, weight: 1 }));

function countHere(tokenizer: Tokenizer, texts: readonly string[]): number {
  const { countTokens } = load(encodingOf(tokenizer));
  let tokens = 0;
  for (const text of texts) {
    for (const { piece, weight } of weighed(tokenizer, text))
      if (piece !== "") tokens += weight * countTokens(piece, PLAIN);
  }
  return Math.ceil(tokens);
}

const THREAD = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ id, path, pieces }) => {
  const { countTokens } = require(path);
  let tokens = 0;
  for (const { piece, weight } of pieces)
    if (piece !== "") tokens += weight * countTokens(piece, { disallowedSpecial: new Set() });
  parentPort.postMessage({ id, tokens: Math.ceil(tokens) });
});`;

/** Counts tokens as suppliers do, each text by itself, with the overhead. Units: tokens. */
export type TokenCounter = {
  /** As OpenAI counts for a model of its own. */
  count(model: string, countable: Countable): Promise<number>;
  /** Exact for OpenAI's tokenizers, else what is most likely. */
  estimate(tokenizer: Tokenizer, countable: Countable): Promise<number>;
  /** Exact for OpenAI's tokenizers, else the most that it can be. */
  atMost(tokenizer: Tokenizer, countable: Countable): Promise<number>;
  stop(): Promise<void>;
};

/** A counter that leaves long texts to a thread of its own, which starts with the first of them. */
export function createTokenCounter(): TokenCounter {
  let thread: Worker | undefined;
  let lastId = 0;
  const waiting = new Map<number, { resolve: (tokens: number) => void; reject: (error: Error) => void }>();

  function startThread(): Worker {
    const started = new Worker(THREAD, { eval: true });
    started.unref();
    started.on("message", ({ id, tokens }: { id: number; tokens: number }) => {
      waiting.get(id)?.resolve(tokens);
      waiting.delete(id);
    });
    started.on("error", (error) => {
      thread = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    });
    return started;
  }

  async function estimate(tokenizer: Tokenizer, { texts, overhead }: Countable): Promise<number> {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    if (chars <= THREAD_CHARS) return overhead + countHere(tokenizer, texts);
    thread ??= startThread();
    const id = ++lastId;
    const counted = new Promise<number>((resolve, reject) => waiting.set(id, { resolve, reject }));
    const pieces = texts.flatMap((text) => weighed(tokenizer, text));
    thread.postMessage({ id, path: encodingPath(encodingOf(tokenizer)), pieces });
    return overhead + (await counted);
  }

  return {
    count: (model, countable) => estimate(tokenizerOf("openai", model), countable),
    estimate,
    async atMost(tokenizer, countable) {
      if (tokenizer.isOpenAi) return estimate(tokenizer, countable);
      return countable.overhead + (await textsAtMost(tokenizer, countable.texts));
    },
    async stop() {
      await thread?.terminate();
    },
  };
}
