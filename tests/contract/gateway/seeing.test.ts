import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
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

/** A time that isn't the gateway's, and how much of it may be told all the same: clocks and timers are rounded. */
const AWAY_MS = 1_000;
const ROUNDED_MS = 100;

/** Have a request served, and say how much of its time wasn't told as the gateway's. Units: milliseconds. */
async function leftOutOf(serve: () => Promise<{ status: number }>): Promise<number> {
  const beforeMs = await added("before", "sum");
  const beganMs = performance.now();
  expect((await serve()).status).toBe(200);
  const tookMs = performance.now() - beganMs;
  return tookMs - ((await added("before", "sum")) - beforeMs);
}

describe("the latency that the gateway adds", () => {
  it("leaves out the time of suppliers that failed, and starts again with each call of one", async () => {
    await gateway.freshKeys(2);
    const caller = await gateway.caller();
    const [calls, afters] = [await added("before", "count"), await added("after", "count")];
    await gateway.sandbox.controls().next({ delay_ms: AWAY_MS, status: 500, count: 1 });
    const leftOutMs = await leftOutOf(() => gateway.post(caller.secret, ask));
    expect(leftOutMs).toBeGreaterThan(AWAY_MS - ROUNDED_MS);
    expect((await added("before", "count")) - calls).toBe(2);
    expect((await added("after", "count")) - afters).toBe(1);
  });

  it("leaves out the time in which the caller's request arrives", async () => {
    const caller = await gateway.caller();
    const text = JSON.stringify(ask);
    const slow = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from(text.slice(0, 10)));
        await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
        controller.enqueue(Buffer.from(text.slice(10)));
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${caller.secret}` };
    const sent = { method: "POST", headers, body: slow, duplex: "half" } as RequestInit;
    const leftOutMs = await leftOutOf(() => fetch(`${gateway.url()}/v1/chat/completions`, sent));
    expect(leftOutMs).toBeGreaterThan(AWAY_MS - ROUNDED_MS);
  });

  it("contains the settlement that a reply waits for", async () => {
    const caller = await gateway.caller();
    const [calls, afterMs] = [await added("before", "count"), await added("after", "sum")];
    await gateway.sandbox.controls().next({ delay_ms: 60_000 });
    const answer = gateway.post(caller.secret, ask);
    await until(async () => (await added("before", "count")) > calls, "the supplier has the request");
    const owner = new pg.Client({ connectionString: gateway.ownerUrl() });
    await owner.connect();
    await owner.query("begin");
    await owner.query("select id from books.wallet where id = $1 for update", [caller.wallet.toString()]);
    await gateway.sandbox.controls().resume();
    const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await until(async () => (await owner.query(waiting)).rowCount === 1, "the settlement waits for the wallet");
    await delay(300);
    await owner.query("commit");
    await owner.end();
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
    await gateway.sandbox.controls().next({ error: "html", count: 1 }); // the key rests for minutes
    expect((await gateway.post(caller.secret, ask)).status).toBe(200);
    const states = async () =>
      [...(await shown()).matchAll(/scrip_gateway_pool_keys\{provider="openai",state="(\w+)"\} (\d+)/g)]
        .map(([, state, count]) => `${count} ${state}`)
        .sort();
    const wanted = ["1 cooling", "1 depleted", "1 quarantined", "2 active"];
    await until(async () => (await states()).join() === wanted.join(), "every key is shown in its state");
  });
});
