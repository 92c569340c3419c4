import { describe, expect, it } from "vitest";
import { aGateway } from "../../support/a-gateway";
import { until } from "../../support/until";

const gateway = aGateway();
const ask = { model: "gpt-4", messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };

async function shown(): Promise<string> {
  return (await fetch(`${gateway.url()}/metrics`)).text();
}

/** Requests, or milliseconds, of added latency so far. */
async function added(part: "before" | "after", what: "count" | "sum"): Promise<number> {
  const line = new RegExp(`scrip_gateway_added_latency_ms_${what}\\{part="${part}"\\} (\\S+)`);
  return Number(line.exec(await shown())?.[1] ?? 0);
}

describe("the latency that the gateway adds", () => {
  it("leaves out the time of suppliers that failed, and begins anew with each call of one", async () => {
    await gateway.freshKeys(2);
    const caller = await gateway.caller();
    const [calls, beforeMs, afters] = [
      await added("before", "count"),
      await added("before", "sum"),
      await added("after", "count"),
    ];
    await gateway.sandbox.controls().next({ delay_ms: 1_000, status: 500, count: 1 });
    expect((await gateway.post(caller.secret, ask)).status).toBe(200);
    expect((await added("before", "count")) - calls).toBe(2);
    expect((await added("before", "sum")) - beforeMs).toBeLessThan(900);
    expect((await added("after", "count")) - afters).toBe(1);
  });

  it("leaves out the time in which the caller's request arrives", async () => {
    const caller = await gateway.caller();
    const beforeMs = await added("before", "sum");
    const text = JSON.stringify(ask);
    const slow = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from(text.slice(0, 10)));
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        controller.enqueue(Buffer.from(text.slice(10)));
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${caller.secret}` };
    const sent = { method: "POST", headers, body: slow, duplex: "half" } as RequestInit;
    expect((await fetch(`${gateway.url()}/v1/chat/completions`, sent)).status).toBe(200);
    expect((await added("before", "sum")) - beforeMs).toBeLessThan(900);
  });

  it("contains the settlement that a reply waits for", async () => {
    const caller = await gateway.caller();
    const [calls, afterMs] = [await added("before", "count"), await added("after", "sum")];
    await gateway.sandbox.controls().next({ delay_ms: 700 });
    const answer = gateway.post(caller.secret, ask);
    await until(async () => (await added("before", "count")) > calls, "the supplier has the request");
    await gateway.asOwner(
      "with held as materialized (select id from books.wallet where id = $1 for update) select pg_sleep(1.2) from held",
      [caller.wallet.toString()],
    );
    expect((await answer).status).toBe(200);
    expect((await added("after", "sum")) - afterMs).toBeGreaterThan(200);
  });
});

describe("the pool's keys", () => {
  it("are shown by their states", async () => {
    await gateway.freshKeys(5);
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ error: "invalid_api_key", count: 1 });
    await gateway.sandbox.controls().next({ error: "insufficient_quota", count: 1 });
    await gateway.sandbox.controls().next({ error: "rate_limit_exceeded", count: 1 });
    expect((await gateway.post(caller.secret, ask)).status).toBe(200);
    const states = async () =>
      [...(await shown()).matchAll(/scrip_gateway_pool_keys\{provider="openai",state="(\w+)"\} (\d+)/g)]
        .map(([, state, count]) => `${count} ${state}`)
        .sort();
    const wanted = ["1 cooling", "1 depleted", "1 quarantined", "2 active"];
    await until(async () => (await states()).join() === wanted.join(), "every key is shown in its state", 2_000);
  });
});
