import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, beginStream, FINISHED, reporting, saying, sendJson, usageOf } from "../../support/a-supplier";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], ...more });

/** Answers the first call so, and every later one well: 1,000 tokens in and 500 out. */
function playOnce(first: (response: ServerResponse) => void): { calls: () => number } {
  let calls = 0;
  supplier.play((response, body) => {
    calls += 1;
    if (calls === 1) return first(response);
    if (body["stream"] !== true) {
      const message = { role: "assistant", content: "Good" };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      return sendJson(response, 200, { object: "chat.completion", choices, usage: usageOf(1_000, 500) });
    }
    beginStream(response);
    response.end(saying("Good") + FINISHED + reporting(1_000, 500));
  });
  return { calls: () => calls };
}
const stream =
  (...events: string[]) =>
  (response: ServerResponse): void => {
    beginStream(response);
    response.end(events.map((event) => `${event}\n\n`).join(""));
  };
const data = (value: object): string => `data: ${JSON.stringify(value)}`;
const CHUNK = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "gpt-4", choices: [] };

describe("a stream without a reply is a failed attempt: the next key serves, and only that is charged", () => {
  it.each([
    ["a terminator alone", ["data: [DONE]"]],
    ["nothing at all", []],
    ["a comment to keep the connection open", [": processing", "data: [DONE]"]],
    ["an empty event", ["data: ", "data: [DONE]"]],
    ["a chunk without a choice", [data(CHUNK), "data: [DONE]"]],
    ["a report of input alone", [data({ ...CHUNK, usage: usageOf(900, 0) }), "data: [DONE]"]],
    ["a report of nothing", [data({ ...CHUNK, usage: usageOf(0, 0) }), "data: [DONE]"]],
    ["an object that is an error", [data({ object: "error", message: "It died", code: 500 }), "data: [DONE]"]],
    ["a code of its own", [data({ error_code: 5, error_msg: "busy" }), "data: [DONE]"]],
    ["a detail", [data({ detail: "Not today" })]],
    ["a refusal of success", [data({ success: false, errors: [{ code: 1 }] })]],
    ["an event named an error", [`event: error\n${data({ ...CHUNK, message: "no" })}`]],
    ["an error beside the chunk's members", [data({ ...CHUNK, error: { message: "no" } })]],
    ["an error of a router", [data({ ...CHUNK, x_groq: { error: "over capacity" } })]],
  ])("%s", async (_what, events) => {
    const caller = await gateway.caller();
    await gateway.freshKeys(2);
    const { calls } = playOnce(stream(...events));
    const answer = await gateway.post(caller.secret, ask({ stream: true }));
    expect([answer.status, answer.text.includes("Good"), calls()]).toEqual([200, true, 2]);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });
});

describe("a whole reply without one is, too", () => {
  it.each([
    ["no choice", { object: "chat.completion", choices: [] }],
    ["no list of choices", { object: "chat.completion", choices: null, usage: usageOf(0, 0) }],
    ["a report of input alone", { object: "chat.completion", usage: usageOf(1_500, 0) }],
  ])("%s", async (_what, body) => {
    const caller = await gateway.caller();
    await gateway.freshKeys(2);
    const { calls } = playOnce((response) => sendJson(response, 200, body));
    expect([(await gateway.post(caller.secret, ask())).status, calls()]).toEqual([200, 2]);
    expect(await gateway.spent(caller)).toBe(8n * CREDIT);
  });
});

describe("a reply that says nothing", () => {
  it("and reports nothing costs nothing", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    const choices = [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "stop" }];
    supplier.play((response) => sendJson(response, 200, { object: "chat.completion", choices, usage: usageOf(0, 0) }));
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect(await gateway.spent(caller)).toBe(0n);
  });
});

describe("a stream that fails after its first words is interrupted, said so, and charged for what there was", () => {
  it.each([
    ["an object that is an error", data({ object: "error", message: "It died" })],
    ["an event named an error", `event: error\n${data({ message: "boom" })}`],
    ["a choice that ends in an error", data({ ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: "error" }] })],
    ["an error of a router", data({ ...CHUNK, x_groq: { error: "over capacity" } })],
    ["a refusal of success", data({ success: false })],
  ])("%s", async (_what, event) => {
    const caller = await gateway.caller();
    await gateway.freshKeys(1);
    supplier.play(async (response) => {
      beginStream(response);
      response.write(saying("Half an ans"));
      await new Promise((resolve) => setTimeout(resolve, 50));
      response.end(`${event}\n\ndata: [DONE]\n\n`);
    });
    const { text } = await gateway.post(caller.secret, ask({ stream: true }));
    expect([text.includes("Half an ans"), text.includes("upstream_error"), text.includes("[DONE]")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await gateway.spent(caller)).toBeGreaterThan(0n);
    expect((await gateway.records(caller))[0]).toMatchObject({ status: "interrupted" });
  });
});
