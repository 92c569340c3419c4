import { describe, expect, it } from "vitest";
import { addChoices, newProduced, texts } from "../../../workers/gateway/protocols/openai/produced";

function producedOf(...parts: object[]): string[] {
  const produced = newProduced();
  for (const part of parts) addChoices(produced, [{ index: 0, delta: part }], "delta");
  return texts(produced);
}
const thought = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

describe("what counts as output where a supplier reports no usage", () => {
  it.each<[string, object[], string[]]>([
    ["a content of parts", [{ content: [{ type: "text", text: "Hel" }] }, { content: [{ text: "lo" }] }], ["Hello"]],
    ["a content of plain texts", [{ content: ["Hel", "lo"] }], ["Hello"]],
    ["thoughts within a content", [{ content: [thought("hm"), { type: "text", text: "Hi" }] }], ["hmHi"]],
    ["thinking", [{ thinking: "hm" }, { thinking: " so" }], ["hm so"]],
    ["thinking of parts", [{ thinking: { type: "thinking", thinking: "hm" } }], ["hm"]],
    ["reasoning_details", [{ reasoning_details: [{ type: "reasoning.text", text: "hm" }] }], ["hm"]],
    ["their summaries", [{ reasoning_details: [{ type: "reasoning.summary", summary: "hm" }] }], ["hm"]],
    ["the same reasoning under two names once", [{ reasoning: "hm", reasoning_details: [{ text: "hm" }] }], ["hm"]],
    ["reasoning beside an empty older name", [{ reasoning_content: "", reasoning: "hm" }], ["hm"]],
    ["blocks of thinking", [{ thinking_blocks: [{ type: "thinking", thinking: "hm" }] }], ["hm"]],
    [
      "arguments that are an object",
      [{ tool_calls: [{ function: { name: "f", arguments: { city: "Bern" } } }] }],
      ["f", '{"city":"Bern"}'],
    ],
    ["a call without a function around it", [{ tool_calls: [{ name: "f", arguments: "{}" }] }], ["f", "{}"]],
    ["an older call", [{ function_call: { name: "f", arguments: { a: 1 } } }], ["f", '{"a":1}']],
  ])("%s", (_, parts, words) => {
    expect(producedOf(...parts)).toEqual(words);
  });

  it.each<[string, object]>([
    ["what is encrypted", { reasoning_details: [{ type: "reasoning.encrypted", data: "gAAAA" }] }],
    ["numbers and flags", { content: [7, true, null], reasoning: 4 }],
    ["references", { content: [{ type: "reference", reference_ids: [1, 2] }] }],
  ])("leaves out %s", (_, part) => {
    expect(producedOf(part)).toEqual([]);
  });

  it("reads chunks that carry a message, and choices of plain text", () => {
    const produced = newProduced();
    addChoices(
      produced,
      [
        { index: 0, message: { content: "Hi" } },
        { index: 1, text: "Ho" },
      ],
      "delta",
    );
    expect(texts(produced)).toEqual(["Hi", "Ho"]);
  });
});
