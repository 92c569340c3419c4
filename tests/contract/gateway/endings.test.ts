import { describe, expect, it } from "vitest";
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base";
import { aGateway, CREDIT } from "../../support/a-gateway";
import type { Caller } from "../../support/stage";
import { until } from "../../support/until";

const gateway = aGateway();
const ask = (more: object = {}, tokens = 200) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: `Reply with ${tokens} tokens.` }],
  max_tokens: 400,
  ...more,
});

/** What a whole number of credits the card asks for so many tokens, in microcredits. */
const chargeFor = (tokens: number): bigint => BigInt(Math.ceil((tokens * 5) / 1_000)) * CREDIT;

/** The one record of a caller, once it is there. */
async function theRecord(caller: Caller) {
  await until(async () => (await gateway.records(caller)).length === 1, "the request is recorded");
  const [record] = await gateway.records(caller);
  if (!record) throw new Error("no record");
  return record;
}

/** What the supplier billed for the one request of a test, once it has noticed how that ended. */
async function theBill() {
  await until(async () => (await gateway.sandbox.controls().log()).length === 1, "the request is billed");
  const [billed] = await gateway.sandbox.controls().log();
  return billed;
}

/** What came of a stream as far as it came. */
async function readStream(caller: Caller, body: object): Promise<{ text: string; said: string }> {
  const { text } = await gateway.post(caller.secret, body);
  const said = text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta?.content ?? "")
    .join("");
  return { text, said };
}

/** Send a request and leave when `isTime` says so of what has come. */
async function leave(caller: Caller, body: object, isTime: (received: string) => boolean): Promise<void> {
  const stop = new AbortController();
  const response = await fetch(`${gateway.url()}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${caller.secret}` },
    body: JSON.stringify(body),
    signal: stop.signal,
  });
  const reader = response.body?.getReader();
  let received = "";
  while (reader && !isTime(received)) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the stream ended before it was left");
    received += Buffer.from(value).toString();
  }
  stop.abort();
}

describe("a supplier that doesn't say what was used", () => {
  it.each([true, false])("is charged by our own count, marked as estimated (streamed: %s)", async (stream) => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ no_usage: true });
    const answer = await gateway.post(caller.secret, ask({ stream }));
    expect(answer.status).toBe(200);
    const record = await theRecord(caller);
    const [billed] = await gateway.sandbox.controls().log();
    expect(record).toMatchObject({ isEstimated: true, status: "ok" });
    expect(record.meters).toMatchObject({ input_tokens: billed?.input_tokens, output_tokens: billed?.output_tokens });
    expect(record.chargeMicros).toBe(chargeFor((billed?.input_tokens ?? 0) + (billed?.output_tokens ?? 0)));
    expect(await gateway.spent(caller)).toBe(record.chargeMicros);
  });

  it("adds a usage chunk of our own count where the caller asked for one", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ no_usage: true });
    const { text } = await gateway.post(caller.secret, ask({ stream: true, stream_options: { include_usage: true } }));
    expect(text).toMatch(
      /"choices":\[\],"usage":\{"prompt_tokens":\d+,"completion_tokens":200,.*"credits":2\}\}\n\ndata: \[DONE\]/,
    );
  });
});

describe("a usage report that can't be true", () => {
  const lies: [string, unknown][] = [
    ["zero for a reply that isn't empty", { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ["no output for a reply that isn't empty", { prompt_tokens: 12, completion_tokens: 0, total_tokens: 12 }],
    ["negative", { prompt_tokens: -5, completion_tokens: 20, total_tokens: 15 }],
    ["text", { prompt_tokens: "12", completion_tokens: "20", total_tokens: "32" }],
    ["a fraction", { prompt_tokens: 12.5, completion_tokens: 20, total_tokens: 32 }],
    ["huge", { prompt_tokens: 12, completion_tokens: 9e15, total_tokens: 9e15 }],
    ["more input than the request has bytes", { prompt_tokens: 900_000, completion_tokens: 20, total_tokens: 900_020 }],
    ["negative kinds", { prompt_tokens: 12, completion_tokens: 20, prompt_tokens_details: { cached_tokens: -1 } }],
  ];
  for (const [what, usage] of lies) {
    it.each([true, false])(`is replaced by our own count and flagged: ${what} (streamed: %s)`, async (stream) => {
      const caller = await gateway.caller();
      await gateway.sandbox.controls().next({ usage });
      await gateway.post(caller.secret, ask({ stream }));
      const record = await theRecord(caller);
      expect(record).toMatchObject({ isEstimated: true, meters: { output_tokens: 200 } });
      expect(await gateway.spent(caller)).toBe(record.chargeMicros);
    });
  }
});

describe("a stream that breaks off", () => {
  it("ends with an error event and charges what was delivered", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ cut_after: 100 });
    const { text, said } = await readStream(caller, ask({ stream: true }));
    expect(text).toContain('"code":"upstream_error"');
    expect(text).not.toContain("[DONE]");
    const record = await theRecord(caller);
    expect(record).toMatchObject({ status: "interrupted", errorCode: "upstream_error", isEstimated: true });
    expect(record.meters).toMatchObject({ output_tokens: countTokens(said) });
    expect(await gateway.spent(caller)).toBe(chargeFor(Number(record.meters["input_tokens"]) + countTokens(said)));
  });

  it("is ended by an error that the supplier sends in it; that error is no output", async () => {
    const caller = await gateway.caller();
    // Apart from what came before it: Node 24 hands over in one read what is written at once.
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 1 });
    await gateway.sandbox.controls().next({ error_after: 60 });
    const { text, said } = await readStream(caller, ask({ stream: true }));
    expect(text).toContain('"code":"upstream_error"');
    const record = await theRecord(caller);
    expect(record.status).toBe("interrupted");
    expect(record.meters).toMatchObject({ output_tokens: countTokens(said) });
  });

  it("costs nothing where the error is the first that comes, and another key is tried first", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(2);
    await gateway.sandbox.controls().next({ cut_after: 0, count: 2 });
    await gateway.post(caller.secret, ask({ stream: true }));
    expect(await gateway.spent(caller)).toBe(0n);
  });
});

describe("a caller who leaves", () => {
  it("early in a stream pays for the input and what was produced, as the supplier bills it", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 5 });
    await leave(caller, ask({ stream: true }, 300), (received) => received.split("data: ").length > 100);
    const record = await theRecord(caller);
    const billed = await theBill();
    expect(record).toMatchObject({ status: "cancelled", errorCode: "client_left", isEstimated: true });
    expect(billed?.ended).toBe("aborted");
    expect(Number(record.meters["output_tokens"])).toBeGreaterThanOrEqual(90);
    expect(Math.abs(Number(record.meters["output_tokens"]) - (billed?.output_tokens ?? 0))).toBeLessThan(20);
    expect(await gateway.spent(caller)).toBe(record.chargeMicros);
  });

  it("before the first byte of a stream pays for the input alone", async () => {
    const caller = await gateway.caller();
    await gateway.abandon(caller, ask({ stream: true }));
    const record = await theRecord(caller);
    expect(record).toMatchObject({ status: "cancelled", isEstimated: true });
    expect(record.meters["output_tokens"]).toBe(0);
    expect(await gateway.spent(caller)).toBe(chargeFor(Number(record.meters["input_tokens"])));
  });

  it("during a whole reply pays what the supplier reports, since that is what it bills", async () => {
    const caller = await gateway.caller();
    await gateway.abandon(caller, ask());
    await gateway.sandbox.controls().resume();
    const record = await theRecord(caller);
    const billed = await theBill();
    expect(record).toMatchObject({ status: "cancelled", isEstimated: false });
    expect(record.meters).toEqual({ input_tokens: billed?.input_tokens, output_tokens: billed?.output_tokens });
    expect(await gateway.spent(caller)).toBe(record.chargeMicros);
  });

  it("before the request is whole pays nothing", async () => {
    const caller = await gateway.caller();
    const { connect } = await import("node:net");
    const { hostname, port } = new URL(gateway.url());
    const socket = connect({ host: hostname, port: Number(port) });
    const half = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${caller.secret}\r\ncontent-length: 500\r\n\r\n{"model"`;
    await new Promise<void>((resolve) => socket.write(half, () => resolve()));
    socket.destroy();
    expect(await gateway.spent(caller)).toBe(0n);
    expect(await gateway.records(caller)).toEqual([]);
    expect(await gateway.sandbox.controls().log()).toEqual([]);
  });
});
