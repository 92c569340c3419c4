import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, beginStream, chunk, FINISHED, reporting, saying, usageOf } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user" as const, content: "Hi" }], ...more });
const LABELS = ["text/event-stream", "Text/Event-Stream; charset=utf-8", "application/json", "text/plain", null];

/** Answer every call with a body under a label; how often it was called. */
function playBody(body: string, label: string | null, cuts: number[] = []): { calls: () => number } {
  let calls = 0;
  supplier.play((response) => {
    calls++;
    response.writeHead(200, label === null ? {} : { "content-type": label });
    let from = 0;
    for (const cut of cuts) response.write(body.slice(from, (from = cut)));
    response.end(body.slice(from));
  });
  return { calls: () => calls };
}

const call = (index: number, more: object) => ({ index, type: "function", ...more });
const STREAM =
  chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "" } }] }) +
  saying("Hel") +
  saying("lo") +
  chunk({
    choices: [
      {
        index: 0,
        delta: { tool_calls: [call(0, { id: "call_a", function: { name: "look", arguments: '{"at"' } })] },
      },
    ],
  }) +
  chunk({ choices: [{ index: 0, delta: { tool_calls: [call(0, { function: { arguments: ':"it"}' } })] } }] }) +
  FINISHED +
  reporting(1_000, 500);
const WHOLE = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "gpt-4",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "Hello",
        tool_calls: [{ id: "call_a", type: "function", function: { name: "look", arguments: '{"at":"it"}' } }],
      },
      finish_reason: "stop",
    },
  ],
  usage: usageOf(1_000, 500),
});
const CHARGE = 8n * CREDIT;

describe("a stream in answer to a request for a whole reply", () => {
  it.each(LABELS)("is put together, charged once, however it is labelled (%s)", async (label) => {
    const caller = await gateway.caller();
    const { calls } = playBody(STREAM, label);
    const completion = await gateway.client(caller).chat.completions.create(ask());
    expect(completion).toMatchObject({ ...(JSON.parse(WHOLE) as object), usage: usageOf(1_000, 500) });
    expect([calls(), await gateway.spent(caller)]).toEqual([1, CHARGE]);
  });

  it("keeps the choices of several apart", async () => {
    const caller = await gateway.caller();
    const say = (index: number, content: string) => chunk({ choices: [{ index, delta: { content } }] });
    const end = (index: number) => chunk({ choices: [{ index, delta: {}, finish_reason: "stop" }] });
    playBody(say(1, "b") + say(0, "a") + say(1, "B") + end(1) + say(0, "A") + end(0) + reporting(1_000, 500), null);
    const { choices } = await gateway.client(caller).chat.completions.create(ask({ n: 2 }));
    expect(choices.map(({ index, message }) => `${index} ${message.content}`).sort()).toEqual(["0 aA", "1 bB"]);
  });

  it.each([
    ["broke off", saying("Hel")],
    ["is an error", `data: ${JSON.stringify({ error: { message: "overloaded", code: 503 } })}\n\n`],
    ["said nothing", "data: [DONE]\n\n"],
  ])("fails, uncharged, where it %s", async (_, body) => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    playBody(body, "text/event-stream");
    const answer = await gateway.post(caller.secret, ask());
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await gateway.spent(caller)).toBe(0n);
    await gateway.freshKeys(1);
  });
});

describe("a whole reply in answer to a request for a stream", () => {
  it.each(LABELS)("is sent in chunks, charged once, however it is labelled (%s)", async (label) => {
    const caller = await gateway.caller();
    const { calls } = playBody(WHOLE, label);
    const stream = await gateway
      .client(caller)
      .chat.completions.create({ ...ask(), stream: true, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const part of stream) chunks.push(part);
    const deltas = chunks.flatMap(({ choices }) => choices);
    expect(deltas.map(({ delta }) => delta.content ?? "").join("")).toBe("Hello");
    expect(deltas.flatMap(({ delta }) => delta.tool_calls ?? [])).toMatchObject([
      { index: 0, id: "call_a", function: { arguments: '{"at":"it"}' } },
    ]);
    expect(deltas.at(-1)?.finish_reason).toBe("stop");
    expect(chunks.at(-1)?.usage).toMatchObject(usageOf(1_000, 500));
    expect([calls(), await gateway.spent(caller)]).toEqual([1, CHARGE]);
  });

  it("is counted where it reports no usage", async () => {
    const caller = await gateway.caller();
    playBody(WHOLE.replace(/,"usage":\{[^}]*\}/, ""), "application/json");
    const answer = await gateway.post(caller.secret, ask({ stream: true }));
    expect(answer.text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await gateway.records(caller)).toMatchObject([{ isEstimated: true, status: "ok" }]);
    expect(await gateway.spent(caller)).toBeGreaterThan(0n);
  });
});

describe("a stream under another label", () => {
  it.each(LABELS)("passes as it comes, in whatever pieces (%s)", async (label) => {
    const caller = await gateway.caller();
    playBody(`\uFEFF: hello\n\n${STREAM}`, label, [1, 2, 5, 30]);
    const answer = await gateway.post(caller.secret, ask({ stream: true }));
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(answer.text).toContain('"content":"Hel"');
    expect(await gateway.spent(caller)).toBe(CHARGE);
  });
});

describe("a stream that broke off", () => {
  const STREAMED = { stream: true };
  const playBroken = (): void =>
    supplier.play((response) => {
      beginStream(response);
      response.write(saying("Half of it"));
      setImmediate(() => response.destroy());
    });

  it("tells so in its last event, and cuts the connection", async () => {
    const caller = await gateway.caller();
    playBroken();
    const answer = await gateway.post(caller.secret, ask(STREAMED));
    expect(answer).toMatchObject({ status: 200, isCut: true });
    expect(answer.text).toMatch(/Half of it[^]*"code":"upstream_error"[^]*\n\n$/);
    expect(answer.text).not.toContain("[DONE]");
  });

  it("breaks off for a repetition under its idempotency key too", async () => {
    const caller = await gateway.caller();
    playBroken();
    const key = { "idempotency-key": "broken" };
    const first = await gateway.post(caller.secret, ask(STREAMED), key);
    const again = await gateway.post(caller.secret, ask(STREAMED), key);
    expect([again.headers.get("idempotent-replayed"), again.isCut, again.text]).toEqual(["true", true, first.text]);
  });

  it("ends as its supplier ended it where nothing broke and the end of a choice is missing", async () => {
    const caller = await gateway.caller();
    playBody(saying("Half of it"), "text/event-stream");
    const answer = await gateway.post(caller.secret, ask(STREAMED));
    expect([answer.isCut, /"code":"upstream_error"/.test(answer.text)]).toEqual([false, true]);
  });

  it("ends cleanly where it is whole", async () => {
    const caller = await gateway.caller();
    playBody(STREAM, "text/event-stream");
    expect((await gateway.post(caller.secret, ask(STREAMED))).isCut).toBe(false);
  });
});
