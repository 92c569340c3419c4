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
