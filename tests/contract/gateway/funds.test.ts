import { describe, expect, it } from "vitest";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { until } from "../../support/until";

const gateway = aGateway({ timings: { tickMs: 50, checkpointMs: 200 } });
const ask = (more: object = {}, tokens = 1_500) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: `Reply with ${tokens} tokens.` }],
  ...more,
});

describe("a balance that can't hold the worst case", () => {
  it("gets the output bounded to what it can pay, and a header says so", async () => {
    const caller = await gateway.caller(5n);
    const answer = await gateway.post(caller.secret, ask({ max_tokens: 4_000 }));
    expect(answer.status).toBe(200);
    const bound = Number(answer.headers.get("x-scrip-max-tokens"));
    expect(bound).toBeGreaterThanOrEqual(900);
    expect(bound).toBeLessThan(1_000);
    expect(answer.json).toMatchObject({ usage: { completion_tokens: bound, credits: 5 } });
    expect(await gateway.spent(caller, 5n)).toBe(5n * CREDIT);
  });

  it("is enough for min(asked, 256) tokens, and refused below that", async () => {
    // 256 tokens and a few of input cost 2 credits; 1 credit pays for 200 in all.
    expect((await gateway.post((await gateway.caller(2n)).secret, ask({ max_tokens: 4_000 }))).status).toBe(200);
    const refused = await gateway.post((await gateway.caller(1n)).secret, ask({ max_tokens: 4_000 }));
    expect(refused.json.error).toMatchObject({ code: "insufficient_credits" });
    expect((await gateway.post((await gateway.caller(1n)).secret, ask({ max_tokens: 100 }))).status).toBe(200);
  });

  it("counts the input where its bytes alone would be too much", async () => {
    // 7,200 bytes, 1,200 tokens: 7 credits with the output, where bytes would ask for 37.
    const caller = await gateway.caller(8n);
    const content = `Reply with 20 tokens.${" hello".repeat(1_200)}`;
    const answer = await gateway.post(caller.secret, ask({ messages: [{ role: "user", content }], max_tokens: 50 }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-scrip-max-tokens")).toBeNull();
  });

  it("isn't enough for input that hides in a field beside the messages", async () => {
    const caller = await gateway.caller(3n);
    const functions = [
      { name: "f", description: "word ".repeat(20_000), parameters: { type: "object", properties: {} } },
    ];
    const answer = await gateway.post(caller.secret, ask({ functions, max_tokens: 20 }));
    expect(answer.json.error).toMatchObject({ code: "insufficient_credits" });
    expect(await gateway.spent(caller, 3n)).toBe(0n);
  });

  it("bounds a whole reply that names no maximum, where the account couldn't pay for the longest one", async () => {
    const caller = await gateway.caller(50n);
    const answer = await gateway.post(caller.secret, ask());
    expect(answer.headers.get("x-scrip-max-tokens")).toBe("1000");
    expect(answer.json).toMatchObject({ usage: { completion_tokens: 1_000 } });
  });

  it("sets the longest reply aside where it leaves one unbounded, so that many at once can't each count on it", async () => {
    // 65,536 tokens of output, the longest where no window is known, cost 329 credits with their input.
    const caller = await gateway.caller(1_000n);
    await gateway.sandbox.controls().next({ delay_ms: 60_000, count: 4 });
    const sent = Array.from({ length: 4 }, () => gateway.post(caller.secret, ask()));
    await until(async () => (await gateway.balance(caller)).heldMicros > 3n * 328n * CREDIT, "all are held");
    await gateway.sandbox.controls().resume(4);
    const bounds = (await Promise.all(sent)).map(({ headers }) => headers.get("x-scrip-max-tokens"));
    expect(bounds.filter((bound) => bound === null)).toHaveLength(3);
    expect(bounds).toContain("1000");
  });

  it("is never overspent by many at once: what was charged and what is left is what was there", async () => {
    const caller = await gateway.caller(20n);
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => gateway.post(caller.secret, ask({ max_tokens: 600 }, 500))),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].sort((a, b) => a - b)).toEqual([200, 402]);
    const records = await gateway.records(caller);
    const charged = records.reduce((sum, { chargeMicros }) => sum + chargeMicros, 0n);
    expect(await gateway.spent(caller, 20n)).toBe(charged);
    expect(charged).toBeLessThanOrEqual(20n * CREDIT);
    expect(records.every(({ isCapped }) => !isCapped)).toBe(true);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(records.length);
  });
});

describe("a stream that takes long", () => {
  it("checkpoints what it has used, never more than is held, for the case that the gateway dies", async () => {
    const caller = await gateway.caller(100n);
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 5 });
    const streamed = gateway.post(caller.secret, ask({ stream: true, max_tokens: 1_000 }, 1_000));
    const told = async () => {
      const { rows } = await gateway
        .database()
        .pool.query<{ held: bigint; charge: string | null }>(
          "select amount_micros as held, checkpoint ->> 'chargeMicros' as charge from books.hold where wallet = $1",
          [caller.wallet.toString()],
        );
      return rows.map(({ held, charge }) => ({ held, charge: charge === null ? null : BigInt(charge) }))[0];
    };
    let last: Awaited<ReturnType<typeof told>>;
    const isTold = async () => ((last = await told())?.charge ?? 0n) >= 2n * CREDIT;
    await until(isTold, "a checkpoint of 2 credits is there");
    expect(last?.held).toBeGreaterThanOrEqual(last?.charge ?? 0n);
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 0 });
    await streamed;
    expect(await gateway.spent(caller, 100n)).toBe(6n * CREDIT);
  });
});

describe("a stream that outgrows what was set aside", () => {
  it("holds more as it grows, and is charged whole", async () => {
    const caller = await gateway.caller(100n);
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 1 });
    const answer = await gateway.post(caller.secret, ask({ stream: true }, 2_400));
    expect(answer.text).toContain("[DONE]");
    const [record] = await gateway.records(caller);
    expect(record).toMatchObject({ meters: { output_tokens: 2_400 }, isCapped: false, status: "ok" });
    expect(await gateway.spent(caller, 100n)).toBe(record?.chargeMicros);
    expect(record?.chargeMicros).toBe(13n * CREDIT);
  });

  it("is cut where the balance is used up, charged for what was delivered, and no more than there was", async () => {
    const caller = await gateway.caller(7n);
    await gateway.sandbox.controls().settings({ chunk_delay_ms: 1 });
    const answer = await gateway.post(caller.secret, ask({ stream: true }, 4_000));
    expect(answer.text).toContain('"code":"insufficient_credits"');
    const [record] = await gateway.records(caller);
    expect(record).toMatchObject({ status: "interrupted", errorCode: "insufficient_credits" });
    expect(await gateway.spent(caller, 7n)).toBe(7n * CREDIT);
  });
});
