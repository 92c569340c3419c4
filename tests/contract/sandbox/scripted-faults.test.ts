import { APIError } from "openai";
import { expect, test } from "vitest";
import { OPENAI_ERRORS } from "../../../workers/sandbox/openai";
import { aSandbox } from "../../support/sandbox";

const sandbox = aSandbox();
const prompt = { model: "gpt-4o", messages: [{ role: "user" as const, content: "Reply with 30 tokens." }] };
const complete = () => sandbox.client().chat.completions.create(prompt);

async function readStream(): Promise<{ tokens: number; usage: unknown; error: unknown }> {
  let [tokens, usage]: [number, unknown] = [0, undefined];
  try {
    const stream = await sandbox
      .client()
      .chat.completions.create({ ...prompt, stream: true, stream_options: { include_usage: true } });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) tokens += 1;
      usage = chunk.usage;
    }
    return { tokens, usage, error: null };
  } catch (error) {
    return { tokens, usage, error };
  }
}

const named = [...OPENAI_ERRORS].filter(([, failure]) => failure.kind === "error");

test.each(named)("%s comes on demand, once, in OpenAI's shape, and isn't billed", async (name, failure) => {
  await sandbox.controls().next({ error: name });
  const { status, code, type } = failure as Extract<typeof failure, { kind: "error" }>;
  await expect(complete()).rejects.toMatchObject({ status, code, type });
  await expect(complete()).resolves.toBeDefined();
  const [refused, served] = await sandbox.controls().log();
  expect(refused).toMatchObject({ ended: "refused", usd: 0, input_tokens: 0 });
  expect(served).toMatchObject({ ended: "complete" });
});

test.each([
  ["bad_gateway", 502, /^text\/html/],
  ["html", 200, /^text\/html/],
  ["broken_json", 200, /^application\/json/],
  ["wrong_content_type", 200, /octet-stream/],
  ["redirect", 302, /^text\/plain/],
])("%s answers what no provider should", async (name, status, type) => {
  await sandbox.controls().next({ error: name });
  const response = await fetch(`${sandbox.url()}/openai/v1/chat/completions`, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: "Bearer sk-sandbox-openai-1usd" },
    body: JSON.stringify(prompt),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toMatch(type);
});

test("a reset connection has no answer", async () => {
  await sandbox.controls().next({ error: "reset" });
  await expect(complete()).rejects.toThrow(/connection/i);
});

test.each([401, 403, 429, 500, 503, 418])("status %i alone is enough of a fault", async (status) => {
  await sandbox.controls().next({ status });
  await expect(complete()).rejects.toMatchObject({ status });
});

test("a fault is for one key and as many requests as it says", async () => {
  await sandbox.controls().next({ error: "server_error", key: "sk-sandbox-openai-7usd", count: 2 });
  await expect(complete()).resolves.toBeDefined();
  const other = () => sandbox.client("sk-sandbox-openai-7usd").chat.completions.create(prompt);
  await expect(other()).rejects.toMatchObject({ status: 500 });
  await expect(other()).rejects.toMatchObject({ status: 500 });
  await expect(other()).resolves.toBeDefined();
});

test("a fault can be for the calls that validate a key", async () => {
  await sandbox.controls().next({ on: "models", status: 503 });
  await expect(complete()).resolves.toBeDefined();
  await expect(sandbox.client().models.list()).rejects.toMatchObject({ status: 503 });
});

test("a stream is cut after as many tokens as ordered, without a word, and billed for them", async () => {
  await sandbox.controls().next({ cut_after: 12 });
  const { tokens, error } = await readStream();
  expect(tokens).toBe(12);
  expect(error).toBeInstanceOf(Error);
  expect(await sandbox.controls().log()).toMatchObject([{ ended: "cut", output_tokens: 12, sent_tokens: 12 }]);
});

test("a stream ends with an error event after as many tokens as ordered", async () => {
  await sandbox.controls().next({ error_after: 5 });
  const { tokens, error } = await readStream();
  expect(tokens).toBe(5);
  expect(error).toBeInstanceOf(APIError);
  expect(String(error)).toContain("The server had an error");
});

test("a whole reply is cut in its middle and billed in full", async () => {
  await sandbox.controls().next({ cut_after: 0 });
  await expect(complete()).rejects.toThrow();
  expect(await sandbox.controls().log()).toMatchObject([{ ended: "cut", output_tokens: 30, sent_tokens: 0 }]);
});

test("usage is left out when ordered, of a stream and of a whole reply", async () => {
  await sandbox.controls().next({ no_usage: true, count: 2 });
  expect(await readStream()).toMatchObject({ tokens: 30, usage: undefined, error: null });
  expect((await complete()).usage).toBeUndefined();
});

test.each([
  { prompt_tokens: -5, completion_tokens: 10 },
  { prompt_tokens: "12", completion_tokens: "many" },
  { prompt_tokens: 1e30 },
  "lots",
  null,
])("a false report is sent as ordered while the truth is billed: %j", async (usage) => {
  await sandbox.controls().next({ usage, count: 2 });
  expect((await complete()).usage).toEqual(usage);
  expect((await readStream()).usage).toEqual(usage);
  const entries = await sandbox.controls().log();
  expect(entries.map((entry) => entry.output_tokens)).toEqual([30, 30]);
});

test("a delay comes before the first byte, and a caller that doesn't wait for it is billed its input", async () => {
  await sandbox.controls().next({ delay_ms: 60_000 });
  const leaving = new AbortController();
  const request = sandbox.client().chat.completions.create(prompt, { signal: leaving.signal });
  const outcome = request.catch((error: unknown) => error);
  await expect.poll(() => sandbox.controls().accounts()).toHaveLength(1);
  leaving.abort();
  expect(String(await outcome)).toMatch(/abort/i);
  await expect.poll(() => sandbox.controls().log()).toMatchObject([{ ended: "aborted", output_tokens: 0 }]);
});

test("a delay ends when it is resumed, and the reply comes", async () => {
  await sandbox.controls().next({ delay_ms: 60_000, count: 2 });
  const replies = Promise.all([complete(), complete()]);
  await sandbox.controls().resume(2);
  expect((await replies).map(({ usage }) => usage?.completion_tokens)).toEqual([30, 30]);
});

test("a fault that makes no sense is refused with what there is", async () => {
  await expect(sandbox.controls().next({ error: "no_such_error" })).rejects.toThrow(/insufficient_quota/);
  await expect(sandbox.controls().next({ count: 0 })).rejects.toThrow(/422|count/);
});
