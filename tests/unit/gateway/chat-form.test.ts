import { describe, expect, it } from "vitest";
import { ScripError } from "@/lib/errors";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const parse = (more: object) => {
  const body = { model: "m", messages: [{ role: "user", content: "Hi" }], ...more };
  return openAiChat.parse(Buffer.from(JSON.stringify(body)), {});
};
/** The refusal's code and the place that it names. */
function refusalOf(more: object): unknown {
  try {
    parse(more);
    return "passed";
  } catch (error) {
    return error instanceof ScripError ? [error.code, error.details.param] : error;
  }
}
const saying = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });
const tool = { type: "function", function: { name: "f", parameters: { type: "object" } } };
const IMAGE = { url: "https://a.test/i.png" };

const ODD: [string, object, string][] = [
  ["messages as an object", { messages: { 0: { role: "user", content: "x" } } }, "messages"],
  ["a message as a text", { messages: ["x"] }, "messages[0]"],
  ["a message as a list", { messages: [[{ role: "user", content: "x" }]] }, "messages[0]"],
  ["a message without a role", { messages: [{ content: "x" }] }, "messages[0].role"],
  ["a role as a number", { messages: [{ role: 1, content: "x" }] }, "messages[0].role"],
  ["content as a number", { messages: [{ role: "user", content: 7 }] }, "messages[0].content"],
  ["content as an object", { messages: [{ role: "user", content: { type: "video_url" } }] }, "messages[0].content"],
  ["a part as a text", saying("x"), "messages[0].content[0]"],
  ["a part within a list", saying([{ type: "video_url", video_url: {} }]), "messages[0].content[0]"],
  ["a part without a type", saying({ text: "x" }), "messages[0].content[0].type"],
  ["a part of a type that nobody has", saying({ type: "hologram" }), "messages[0].content[0].type"],
  ["a part's type in another case", saying({ type: "Text", text: "x" }), "messages[0].content[0].type"],
  ["a part's type as a list", saying({ type: ["video_url"] }), "messages[0].content[0].type"],
  ["a text that is a number", saying({ type: "text", text: 7 }), "messages[0].content[0].text"],
  ["a text that is a list", saying({ type: "text", text: [{ type: "file" }] }), "messages[0].content[0].text"],
  ["a video within a text", saying({ type: "text", text: "x", video_url: IMAGE }), "messages[0].content[0].video_url"],
  ["a file within an image", saying({ type: "image_url", image_url: IMAGE, file: {} }), "messages[0].content[0].file"],
  ["an image without an address", saying({ type: "image_url", image_url: {} }), "messages[0].content[0].image_url.url"],
  [
    "sound without its data",
    saying({ type: "input_audio", input_audio: { format: "wav" } }),
    "messages[0].content[0].input_audio.data",
  ],
  [
    "reasoning of another kind",
    saying({ type: "thinking", thinking: [{ type: "file" }] }),
    "messages[0].content[0].thinking[0].type",
  ],
  [
    "a second part of the second message",
    {
      messages: [
        { role: "user", content: "x" },
        { role: "user", content: [{ type: "text", text: "x" }, { type: 1 }] },
      ],
    },
    "messages[1].content[1].type",
  ],
  ["calls that are no list", { messages: [{ role: "assistant", tool_calls: {} }] }, "messages[0].tool_calls"],
  ["an earlier reply's sound as a text", { messages: [{ role: "assistant", audio: "audio_1" }] }, "messages[0].audio"],
  ["tools as an object", { tools: { type: "web_search" } }, "tools"],
  ["tools as an object of tools", { tools: { 0: { type: "web_search" } } }, "tools"],
  ["a tool within a list", { tools: [[{ type: "web_search" }]] }, "tools[0]"],
  ["a tool as a text", { tools: ["web_search"] }, "tools[0]"],
  ["a tool without a type", { tools: [{ google_search: {} }] }, "tools[0].type"],
  ["a tool's type as a list", { tools: [{ type: ["web_search"] }] }, "tools[0].type"],
  ["a tool's type in another case", { tools: [{ ...tool, type: "Function" }] }, "tools[0].type"],
  ["a tool's type with a space", { tools: [{ ...tool, type: "function " }] }, "tools[0].type"],
  ["a function without its declaration", { tools: [{ type: "function", name: "f" }] }, "tools[0].function"],
  ["a function without a name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
  [
    "a function's parameters as a text",
    { tools: [{ type: "function", function: { name: "f", parameters: "x" } }] },
    "tools[0].function.parameters",
  ],
  ["a search within a function", { tools: [{ ...tool, web_search: {} }] }, "tools[0].web_search"],
  ["a search within a function, switched on", { tools: [{ ...tool, google_search: true }] }, "tools[0].google_search"],
  ["a custom tool without a name", { tools: [tool, { type: "custom", custom: {} }] }, "tools[1].custom.name"],
  ["a choice of a tool of the supplier's", { tool_choice: { type: "web_search" } }, "tool_choice.type"],
  ["a choice as a list", { tool_choice: [{ type: "web_search" }] }, "tool_choice"],
  [
    "a choice among tools of the supplier's",
    { tool_choice: { type: "allowed_tools", allowed_tools: { tools: [{ type: "web_search" }] } } },
    "tool_choice.allowed_tools.tools[0].type",
  ],
  ["functions as an object", { functions: { name: "f" } }, "functions"],
  ["a function of the older form without a name", { functions: [{ type: "web_search" }] }, "functions[0].name"],
  ["a call of the older form as a list", { function_call: [] }, "function_call"],
  ["modalities as a text", { modalities: "audio" }, "modalities"],
  ["modalities within a list", { modalities: [["audio"]] }, "modalities[0]"],
  ["sound as a text", { audio: "alloy" }, "audio"],
  ["a prediction of another type", { prediction: { type: "file", content: "x" } }, "prediction.type"],
  [
    "a file in a prediction",
    { prediction: { type: "content", content: [{ type: "file", file: {} }] } },
    "prediction.content[0].type",
  ],
  ["a format as a text", { response_format: "json" }, "response_format"],
];

describe("messages, parts and tools that haven't the form of the protocol", () => {
  it.each(ODD)("are refused with their place: %s", (_, more, place) => {
    expect(refusalOf(more)).toEqual(["invalid_request", place]);
  });

  it("are refused where there are too many functions of the older form", () => {
    expect(refusalOf({ functions: Array.from({ length: 101 }, () => ({ name: "f" })) })).toEqual([
      "invalid_request",
      "functions",
    ]);
  });
});

const calling = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
const REAL: [string, object][] = [
  [
    "null for everything that may be left out (guidance sends tools: null)",
    {
      tools: null,
      tool_choice: null,
      functions: null,
      function_call: null,
      modalities: null,
      audio: null,
      prediction: null,
      response_format: null,
      stop: null,
      stream_options: null,
      n: null,
    },
  ],
  ["no tools in a list", { tools: [] }],
  [
    "a call and its result",
    {
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: null, tool_calls: [calling], refusal: null, audio: null, function_call: null },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
      ],
    },
  ],
  [
    "a call without content, and parts in its result",
    {
      messages: [
        { role: "assistant", tool_calls: [calling] },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "x" }] },
      ],
    },
  ],
  [
    "roles of every age",
    {
      messages: [
        { role: "developer", content: "x" },
        { role: "system", content: "x" },
        { role: "function", name: "f", content: "x" },
        { role: "assistant", content: "", function_call: { name: "f", arguments: "{}" } },
      ],
    },
  ],
  [
    "strict functions, and custom tools",
    {
      tools: [
        {
          type: "function",
          function: {
            name: "f",
            description: "x",
            strict: true,
            parameters: { type: "object", properties: { Type: { type: "string" }, model: {} } },
          },
        },
        { type: "custom", custom: { name: "c", format: { type: "text" } } },
      ],
      parallel_tool_calls: false,
    },
  ],
  ["each choice of a tool", { tools: [tool], tool_choice: { type: "function", function: { name: "f" } } }],
  ["a choice by a word of another supplier", { tools: [tool], tool_choice: "any" }],
  [
    "a choice among tools",
    {
      tool_choice: {
        type: "allowed_tools",
        allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "f" } }] },
      },
    },
  ],
  ["functions of the older form", { functions: [{ name: "f", parameters: {} }], function_call: { name: "f" } }],
  [
    "marks for a cache",
    {
      messages: [{ role: "user", content: [{ type: "text", text: "x", cache_control: { type: "ephemeral" } }] }],
      tools: [{ ...tool, cache_control: { type: "ephemeral" } }],
    },
  ],
  [
    "an image with its detail, and one as a bare address",
    saying(
      { type: "image_url", image_url: { ...IMAGE, detail: "low" } },
      { type: "image_url", image_url: "https://a.test/i.png" },
    ),
  ],
  [
    "sound, files and refusals",
    saying(
      { type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
      { type: "file", file: { file_id: "f" } },
      { type: "refusal", refusal: "No." },
    ),
  ],
  [
    "reasoning that is sent back",
    {
      messages: [
        {
          role: "assistant",
          reasoning_content: "x",
          reasoning_details: [{ type: "reasoning.text", text: "x" }],
          content: [
            { type: "thinking", thinking: [{ type: "text", text: "x" }] },
            { type: "text", text: "x" },
          ],
        },
      ],
    },
  ],
  [
    "members that a protocol doesn't name",
    {
      x_new: { type: "y", Model: 1 },
      messages: [{ role: "user", content: [{ type: "text", text: "x", id: "1", annotations: [] }], mood: {} }],
      tools: [{ ...tool, note: "x" }],
    },
  ],
  [
    "whatever else SDKs send",
    {
      prompt_cache_key: "k",
      safety_identifier: "u",
      user: "u",
      store: false,
      seed: 1,
      metadata: { model: "x", Type: "y" },
      reasoning_effort: "low",
      verbosity: "low",
      logit_bias: { 50256: -100 },
      prompt_cache_options: { mode: "explicit" },
      chat_template_kwargs: { enable_thinking: false },
    },
  ],
];

describe("what real clients send", () => {
  it.each(REAL)("passes: %s", (_, more) => {
    expect(parse(more).model).toBe("m");
  });
});

describe("a deciding name that is spelt otherwise", () => {
  it.each([
    ["in camel case", { serviceTier: "priority" }, "serviceTier"],
    ["in capitals", { PROVIDER: {} }, "PROVIDER"],
    ["with hyphens", { "web-search-options": {} }, "web-search-options"],
    ["without its underscores", { searchparameters: {} }, "searchparameters"],
    ["in wide letters", { "\uff4d\uff4f\uff44\uff45\uff4c\uff53": [] }, "\uff4d\uff4f\uff44\uff45\uff4c\uff53"],
    ["with a letter that nobody sees", { "mod\u200bels": [] }, "mod\u200bels"],
    ["with a space", { "models ": [] }, "models "],
    ["with a path behind it", { "provider.order": ["x"] }, "provider.order"],
    ["in another's brackets", { "extra_body[plugins]": [] }, "extra_body[plugins]"],
    ["with a prefix", { "openrouter:models": [] }, "openrouter:models"],
    [
      "in a part",
      saying({ type: "text", text: "x", promptCacheBreakpoint: {} }),
      "messages[0].content[0].promptCacheBreakpoint",
    ],
    [
      "in a tool's function",
      { tools: [{ type: "function", function: { Name: "googleSearch", name: "f" } }] },
      "tools[0].function.Name",
    ],
    ["within options", { prompt_cache_options: { TTL: "24h" } }, "prompt_cache_options.TTL"],
  ])("is refused: %s", (_, more, place) => {
    expect(refusalOf(more)).toEqual(["invalid_request", place]);
  });
});
