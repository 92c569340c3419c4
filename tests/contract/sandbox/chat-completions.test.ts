import { countTokens as countGpt4 } from "gpt-tokenizer/encoding/cl100k_base";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import type OpenAI from "openai";
import { expect, test } from "vitest";
import { promptOfTokens } from "../../../workers/sandbox/openai";
import { aSandbox } from "../../support/sandbox";

const sandbox = aSandbox();
const ask = (content: string): OpenAI.Chat.ChatCompletionCreateParamsNonStreaming => ({
  model: "gpt-4o",
  messages: [{ role: "user", content }],
});
const weather: OpenAI.Chat.ChatCompletionFunctionTool = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 2 } },
      required: ["city"],
    },
  },
};

async function collect(
  stream: AsyncIterable<OpenAI.Chat.ChatCompletionChunk>,
): Promise<OpenAI.Chat.ChatCompletionChunk[]> {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
const textOf = (chunks: OpenAI.Chat.ChatCompletionChunk[], index = 0): string =>
  chunks
    .flatMap(({ choices }) => choices.filter((choice) => choice.index === index))
    .map(({ delta }) => delta.content ?? "")
    .join("");

test("the same request gets the same reply, another one another", async () => {
  const client = sandbox.client();
  const replies = await Promise.all(
    ["hello", "hello", "good-bye"].map((text) => client.chat.completions.create(ask(text))),
  );
  const [first, again, other] = replies.map(({ choices }) => choices[0]?.message.content);
  expect(first).toBe(again);
  expect(first).not.toBe(other);
});

test.each([
  ["gpt-4o", countTokens],
  ["gpt-4", countGpt4],
])("1,000 tokens in and 500 out of %s are reached exactly, by the tokenizer's own count", async (model, count) => {
  const content = promptOfTokens(model, 1000, 500);
  const reply = await sandbox.client().chat.completions.create({ ...ask(content), model });
  expect(reply.usage).toMatchObject({ prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 });
  expect(count(reply.choices[0]?.message.content ?? "")).toBe(500);
  expect(count(content)).toBe(1000 - 7); // a lone user message adds seven: three, its role, three for the reply
});

test("a text that is asked for comes back whole, streamed or not, whatever its letters", async () => {
  const text = 'Zażółć gęślą jaźń, 世界 👩‍👩‍👧 "quoted"\nand <|endoftext|>';
  const prompt = ask(`Reply with the text: ${text}`);
  const whole = await sandbox.client().chat.completions.create(prompt);
  const chunks = await collect(await sandbox.client().chat.completions.create({ ...prompt, stream: true }));
  expect(whole.choices[0]?.message.content).toBe(text);
  expect(textOf(chunks)).toBe(text);
});

test.each(["max_tokens", "max_completion_tokens"])("%s cuts the reply and says so", async (name) => {
  const reply = await sandbox.client().chat.completions.create({ ...ask("Reply with 50 tokens."), [name]: 7 });
  expect(reply.choices[0]?.finish_reason).toBe("length");
  expect(reply.usage?.completion_tokens).toBe(7);
  const uncut = await sandbox.client().chat.completions.create({ ...ask("Reply with 7 tokens."), [name]: 7 });
  expect(uncut.choices[0]?.finish_reason).toBe("stop");
});

test("a stream says what the whole reply says, a token a chunk, and reports usage only when asked", async () => {
  const prompt = ask("Reply with 40 tokens.");
  const whole = await sandbox.client().chat.completions.create(prompt);
  const silent = await collect(await sandbox.client().chat.completions.create({ ...prompt, stream: true }));
  const telling = await collect(
    await sandbox
      .client()
      .chat.completions.create({ ...prompt, stream: true, stream_options: { include_usage: true } }),
  );
  expect(textOf(silent)).toBe(whole.choices[0]?.message.content);
  expect(textOf(telling)).toBe(whole.choices[0]?.message.content);
  expect(silent.filter(({ choices }) => choices[0]?.delta.content)).toHaveLength(40);
  expect(silent.every((chunk) => !("usage" in chunk))).toBe(true);
  expect(telling.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  expect(telling.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: whole.usage?.prompt_tokens, completion_tokens: 40 },
  });
});

test("n choices differ, are billed together, and stream side by side", async () => {
  const prompt = { ...ask("Reply with 10 tokens."), n: 3 };
  const whole = await sandbox.client().chat.completions.create(prompt);
  const texts = whole.choices.map(({ message }) => message.content);
  expect(new Set(texts).size).toBe(3);
  expect(whole.usage?.completion_tokens).toBe(30);
  const chunks = await collect(await sandbox.client().chat.completions.create({ ...prompt, stream: true }));
  expect([0, 1, 2].map((index) => textOf(chunks, index))).toEqual(texts);
});

test("a tool is called with arguments that fit its schema, streamed or not, and its result is answered in words", async () => {
  const client = sandbox.client();
  const prompt = { ...ask("What is the weather?"), tools: [weather] };
  const reply = await client.chat.completions.create(prompt);
  const call = reply.choices[0]?.message.tool_calls?.[0];
  expect(reply.choices[0]?.finish_reason).toBe("tool_calls");
  expect(call).toMatchObject({
    type: "function",
    function: { name: "get_weather", arguments: '{"city":"amber","days":2}' },
  });

  const streamed = await client.chat.completions.stream({ ...prompt, stream: true }).finalChatCompletion();
  expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
    id: call?.id,
    function: { name: "get_weather", arguments: '{"city":"amber","days":2}' },
  });

  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [
    ...prompt.messages,
    { role: "assistant", content: null, tool_calls: reply.choices[0]?.message.tool_calls },
    { role: "tool", tool_call_id: call?.id ?? "", content: "sunny" },
  ];
  const answer = await client.chat.completions.create({ ...prompt, messages });
  expect(answer.choices[0]).toMatchObject({
    finish_reason: "stop",
    message: { content: expect.stringMatching(/\w/) as string },
  });
});

test("every tool is called where the prompt asks for it, and none where tool_choice forbids it", async () => {
  const second = { ...weather, function: { ...weather.function, name: "get_tides" } };
  const prompt = { ...ask("Use every tool."), tools: [weather, second] };
  const all = await sandbox
    .client()
    .chat.completions.stream({ ...prompt, stream: true })
    .finalChatCompletion();
  expect(all.choices[0]?.message.tool_calls?.map((call) => ("function" in call ? call.function.name : ""))).toEqual([
    "get_weather",
    "get_tides",
  ]);
  const none = await sandbox.client().chat.completions.create({ ...prompt, tool_choice: "none" });
  expect(none.choices[0]?.message.tool_calls).toBeUndefined();
});

test("a function is called as before there were tools, streamed or not, and its result is answered in words", async () => {
  const prompt = { ...ask("What is the weather?"), functions: [weather.function] };
  const called = { name: "get_weather", arguments: '{"city":"amber","days":2}' };
  const reply = await sandbox.client().chat.completions.create(prompt);
  expect(reply.choices[0]).toMatchObject({ finish_reason: "function_call", message: { function_call: called } });
  const chunks = await collect(await sandbox.client().chat.completions.create({ ...prompt, stream: true }));
  const parts = chunks.map(({ choices }) => choices[0]?.delta.function_call);
  expect(parts.map((part) => part?.name ?? "").join("")).toBe(called.name);
  expect(parts.map((part) => part?.arguments ?? "").join("")).toBe(called.arguments);
  const messages: OpenAI.Chat.ChatCompletionMessageParam[] = [
    ...prompt.messages,
    { role: "assistant", content: null, function_call: called },
    { role: "function", name: "get_weather", content: "sunny" },
  ];
  const answer = await sandbox.client().chat.completions.create({ ...prompt, messages });
  expect(answer.choices[0]?.finish_reason).toBe("stop");
});

test("optional members may be null, as several clients send them", async () => {
  const absent =
    "stream stream_options max_tokens max_completion_tokens n temperature tools tool_choice functions function_call " +
    "response_format logprobs top_logprobs service_tier stop user";
  const messages = [{ role: "user", content: "Hi", name: null, tool_calls: null }];
  const response = await fetch(`${sandbox.url()}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer sk-sandbox-openai-500usd", "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-4o",
      messages,
      ...Object.fromEntries(absent.split(" ").map((name) => [name, null])),
    }),
  });
  expect(response.status).toBe(200);
});

test("a JSON schema is followed", async () => {
  const schema = {
    type: "object",
    properties: { mood: { enum: ["calm", "wild"] }, steps: { type: "array", items: { $ref: "#/$defs/step" } } },
    $defs: { step: { type: "object", properties: { at: { type: "number" } } } },
  };
  const reply = await sandbox.client().chat.completions.create({
    ...ask("Describe the day."),
    response_format: { type: "json_schema", json_schema: { name: "day", schema } },
  });
  expect(JSON.parse(reply.choices[0]?.message.content ?? "")).toEqual({ mood: "calm", steps: [{ at: 1 }] });
});

test("log probabilities come for each token when asked for", async () => {
  const prompt = { ...ask("Reply with 4 tokens."), logprobs: true, top_logprobs: 2 };
  const reply = await sandbox.client().chat.completions.create(prompt);
  expect(reply.choices[0]?.logprobs?.content).toHaveLength(4);
  expect(reply.choices[0]?.logprobs?.content?.[0]?.top_logprobs).toHaveLength(2);
});

test("replies carry the account's headers and a cookie, as the real ones do", async () => {
  const { response } = await sandbox
    .client("sk-sandbox-openai-9usd-acct1-a")
    .chat.completions.create(ask("hello"))
    .withResponse();
  expect(response.headers.get("openai-organization")).toBe("org-openai-acct1");
  expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
  expect(response.headers.get("set-cookie")).toContain("__cf_bm=");
  expect(response.headers.get("x-ratelimit-limit-requests")).toBe("10000");
});

test.each([
  ["a body that is no JSON", "{", 400, null],
  ["a body without a model", '{"messages":[]}', 400, "model"],
  [
    "a temperature out of range",
    '{"model":"gpt-4o","temperature":3,"messages":[{"role":"user","content":"hi"}]}',
    400,
    "temperature",
  ],
])("%s is refused and not billed", async (_, body, status, param) => {
  const response = await fetch(`${sandbox.url()}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer sk-sandbox-openai-1usd" },
    body,
  });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error", param } });
  expect((await sandbox.controls().log())[0]).toMatchObject({ ended: "refused", usd: 0, status });
});

test("a model that the provider doesn't have is 404 model_not_found", async () => {
  const refused = sandbox.client().chat.completions.create({ ...ask("hello"), model: "claude-3" });
  await expect(refused).rejects.toMatchObject({ status: 404, code: "model_not_found" });
  expect((await sandbox.client().models.list()).data.map(({ id }) => id)).toContain("gpt-4");
  await expect(sandbox.client().models.retrieve("gpt-4")).resolves.toMatchObject({ id: "gpt-4", object: "model" });
});
