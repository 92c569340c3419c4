import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Countable } from "./protocol";

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

/** The encoding that a model's supplier counts with; others are taken for the newest. */
const encodingOf = (model: string): string =>
  /^(?:gpt-4(?!o|\.|-?1\b)|gpt-3\.5|text-embedding)/.test(model) ? "cl100k_base" : "o200k_base";

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

function countHere(encoding: string, texts: readonly string[]): number {
  const { countTokens } = load(encoding);
  let tokens = 0;
  for (const text of texts) for (const part of parts(text)) if (part !== "") tokens += countTokens(part, PLAIN);
  return tokens;
}

const THREAD = `
const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ id, path, pieces }) => {
  const { countTokens } = require(path);
  let tokens = 0;
  for (const piece of pieces) if (piece !== "") tokens += countTokens(piece, { disallowedSpecial: new Set() });
  parentPort.postMessage({ id, tokens });
});`;

/** Counts tokens as suppliers do. */
export type TokenCounter = {
  /** Tokens of the texts, each by itself, and the overhead. Units: tokens. */
  count(model: string, countable: Countable): Promise<number>;
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

  return {
    async count(model, { texts, overhead }) {
      const encoding = encodingOf(model);
      const chars = texts.reduce((sum, text) => sum + text.length, 0);
      if (chars <= THREAD_CHARS) return overhead + countHere(encoding, texts);
      thread ??= startThread();
      const id = ++lastId;
      const counted = new Promise<number>((resolve, reject) => waiting.set(id, { resolve, reject }));
      thread.postMessage({ id, path: encodingPath(encoding), pieces: texts.flatMap(parts) });
      return overhead + (await counted);
    },
    async stop() {
      await thread?.terminate();
    },
  };
}
