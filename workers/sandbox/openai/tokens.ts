import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";

// Text such as <|endoftext|> in a prompt is text, not a token of control.
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** The tokenizer of a model's family. Source: OpenAI's tiktoken, `model.py`. */
function tokenizerOf(model: string): typeof o200k {
  return /^gpt-(?:3\.5|4(?![.\do]))/.test(model) ? cl100k : o200k;
}

/** How many tokens a text is to a model. */
export const countText = (model: string, text: string): number => tokenizerOf(model).countTokens(text, AS_TEXT);

/** One piece of a text as it streams, and how many tokens it took: more than one where a letter spans tokens. */
export type Piece = { text: string; tokens: number };

/** A text in the pieces that a model would stream it in. The pieces' texts add up to it. */
export function toPieces(model: string, text: string): Piece[] {
  const tokenizer = tokenizerOf(model);
  let taken = 0;
  function* counted(): Generator<number> {
    for (const token of tokenizer.encode(text, AS_TEXT)) {
      taken += 1;
      yield token;
    }
  }
  const pieces: Piece[] = [];
  let before = 0;
  for (const piece of tokenizer.decodeGenerator(counted())) {
    pieces.push({ text: piece, tokens: taken - before });
    before = taken;
  }
  return pieces;
}

// Each of these, with a blank before it or none, is one token to all of OpenAI's tokenizers: a test says so.
const WORDS =
  "amber answer apple basket bell blue board bridge bright canvas carbon chapter circle city clear clock cloud corner country dance deep delta door dream early earth east echo edge empty engine fabric field finger fire floor flower forest frame fresh glass gold green ground heart hill home house iron key land leaf letter level light line long market metal middle mirror moon music network night north open orange outer paper patch path pine plain planet point pond portal quiet rain red ridge river road rock roof root rose round sand school season shadow shape shell shore silent silver simple sky slow small smooth snow soft song south spring square star steel stone storm stream street summer sun table thread tower tree walk wall warm water wave west white wild wind window winter wood yellow young".split(
    " ",
  );

const SPACED = WORDS.map((word) => ` ${word}`);

/** The `n`th of a series of numbers that looks random and is the same each time. Source: Mulberry32. */
function nth(seed: number, n: number): number {
  let state = (seed + Math.imul(n + 1, 0x6d2b79f5)) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return (state ^ (state >>> 14)) >>> 0;
}

/** So many words, one token each, chosen by the seed. */
export function wordsFor(seed: number, count: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < count; at++) {
    const words = at === 0 ? WORDS : SPACED;
    pieces.push({ text: words[nth(seed, at) % words.length] ?? "", tokens: 1 });
  }
  return pieces;
}

/** How many words a reply has where the request doesn't say: 16 to 64, by the seed. */
export const usualLength = (seed: number): number => 16 + (nth(seed, -1) % 49);
