import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { aSupplier, beginStream, FINISHED, reporting, saying } from "../../support/a-supplier";
import type { Caller } from "../../support/stage";
import { until } from "../../support/until";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });

/** Leave a stream as soon as a text has come of it. */
async function leaveAt(caller: Caller, model: string, text: string): Promise<void> {
  const stop = new AbortController();
  const response = await fetch(`${gateway.url()}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${caller.secret}` },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Think." }] }),
    signal: stop.signal,
  });
  const reader = response.body?.getReader();
  for (let received = ""; !received.includes(text);) {
    const part = await reader?.read();
    if (!part || part.done) throw new Error(`the stream ended before ${text}: ${received}`);
    received += Buffer.from(part.value).toString();
  }
  stop.abort();
}

async function theRecord(caller: Caller) {
  await until(async () => (await gateway.records(caller)).length === 1, "the request is recorded");
  return (await gateway.records(caller))[0];
}

/** Put up a model that reasons, at 5 credits per 1,000 tokens of output. */
async function putThinker(): Promise<void> {
  const body = ModelBody.parse({
    provider: "openai",
    upstream_model: "thinker",
    capabilities: ["chat", "reasoning"],
    default_output_cap: 2_000,
    price: { rates: [{ meter: "output_tokens", per: 1000, amount: 5 }], chargeUnit: 1 },
  });
  const model = modelFromBody("thinker", body);
  await gateway.database().inTransaction((tx) => putModel(tx, systemCtx("test", nowMs()), model));
  await gateway.gateway().refresh();
}

/** 9,000 tokens of which 30 are to be seen; what comes last comes a while after the caller has left. */
async function leaveThinker(caller: Caller, model: string, text: string, last: string): Promise<void> {
  let end = (): unknown => undefined;
  supplier.play((response) => {
    beginStream(response);
    response.write(saying("word ".repeat(30)) + (last.includes("finish_reason") ? "" : FINISHED));
    end = () => response.end(last);
  });
  await leaveAt(caller, model, text);
  await delay(500);
  end();
}
const HIDDEN = { status: "cancelled", isEstimated: false, meters: { input_tokens: 10, output_tokens: 9_000 } };

describe("output that isn't to be seen", () => {
  it("is paid by a caller who leaves when the reply has said its last word, before its usage", async () => {
    const caller = await gateway.caller();
    await leaveThinker(caller, "gpt-4", '"finish_reason"', reporting(10, 9_000));
    expect(await theRecord(caller)).toMatchObject(HIDDEN);
    expect(await gateway.spent(caller)).toBe(46n * CREDIT);
  });

  it("is paid by a caller who leaves a model that reasons in the midst of its reply", async () => {
    const caller = await gateway.caller();
    await putThinker();
    await leaveThinker(caller, "thinker", "word", FINISHED + reporting(10, 9_000));
    expect(await theRecord(caller)).toMatchObject(HIDDEN);
    expect(await gateway.spent(caller)).toBe(45n * CREDIT);
  });

  it("is bounded in a stream too, where the account couldn't pay for the longest reply", async () => {
    await putThinker();
    const seen: unknown[] = [];
    supplier.play((response, body) => {
      seen.push(body["max_completion_tokens"]);
      beginStream(response);
      response.end(saying("word") + FINISHED + reporting(10, 1));
    });
    const asked = { model: "thinker", stream: true, messages: [{ role: "user", content: "Think." }] };
    for (const credits of [50n, 1_000n]) await gateway.post((await gateway.caller(credits)).secret, asked);
    expect(seen).toEqual([2_000, undefined]);
  });
});
