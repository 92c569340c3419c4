import { describe, expect, it } from "vitest";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const HEAD = { model: "m", messages: [{ role: "user", content: "Hi" }] };
const parse = (more: object) => openAiChat.parse(Buffer.from(JSON.stringify({ ...HEAD, ...more })), {});
const charsOf = (more: object) => openAiChat.tokens(parse(more)).texts.join("").length;
const LONG = "word ".repeat(20_000);

describe("what the input is made of", () => {
  const hidden: [string, object][] = [
    ["functions of the older form", { functions: [{ name: "f", description: LONG, parameters: {} }] }],
    ["a field that nobody knows, as an object", { context: { documents: [LONG] } }],
    ["a field that nobody knows, as text", { system: LONG }],
    ["a tool that is no function", { tools: [{ type: "custom", custom: { name: "c", description: LONG } }] }],
    [
      "what a function's declaration leaves out",
      { tools: [{ type: "function", function: { name: "f", parameters: { type: "object", $defs: { a: LONG } } } }] },
    ],
  ];
  it.each(hidden)("includes %s", (_, more) => {
    expect(charsOf(more)).toBeGreaterThanOrEqual(LONG.length);
  });

  it("includes nothing that no supplier puts before a model", () => {
    const settings = { temperature: 1, stop: ["a"], metadata: { a: "b" }, stream_options: null, user: "u", seed: 7 };
    expect(charsOf(settings)).toBe(charsOf({}));
  });

  it("leaves room for images as large as they get, where only their usual size is counted", () => {
    const content = [{ type: "image_url", image_url: { url: "https://a.test/i.png" } }];
    expect(parse({ messages: [{ role: "user", content }] }).inputOverheadTokens).toBe(51_000);
    expect(parse({}).inputOverheadTokens).toBe(0);
  });
});
