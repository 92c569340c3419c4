import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";
import { expect, test } from "vitest";
import { toPieces } from "../../../workers/sandbox/openai/tokens";
import { wordsFor } from "../../../workers/sandbox/openai/tokens";

test.each([
  ["cl100k_base", cl100k],
  ["o200k_base", o200k],
])("a reply of so many words is as many tokens to %s", (_, tokenizer) => {
  for (const [seed, count] of [0, 1, 2, 500, 20_000].entries()) {
    const text = wordsFor(seed, count)
      .map((word) => word.text)
      .join("");
    expect(tokenizer.countTokens(text)).toBe(count);
  }
});

test("the pieces of a text add up to it and to its tokens", () => {
  const text = "Zażółć 👩‍👩‍👧 世界 <|endoftext|>";
  const pieces = toPieces("gpt-4o", text);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.reduce((sum, piece) => sum + piece.tokens, 0)).toBe(
    o200k.countTokens(text, { disallowedSpecial: new Set() }),
  );
});
