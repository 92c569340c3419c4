import { describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey, updateUser } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { aGateway, CREDIT } from "../../support/a-gateway";
import { until } from "../../support/until";

const gateway = aGateway();
const ask = (more: object = {}) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: "Reply with 300 tokens." }],
  max_tokens: 400,
  ...more,
});
const named = (key: string) => ({ "idempotency-key": key });

describe("an Idempotency-Key", () => {
  it.each([false, true])(
    "gives the first result again, byte for byte, and charges once (streamed: %s)",
    async (stream) => {
      const caller = await gateway.caller();
      const first = await gateway.post(caller.secret, ask({ stream }), named("a"));
      const again = await gateway.post(caller.secret, ask({ stream }), named("a"));
      expect(again.text).toBe(first.text);
      expect(again.status).toBe(200);
      for (const name of ["content-type", "x-request-id", "x-scrip-credits"]) {
        expect(again.headers.get(name)).toBe(first.headers.get(name));
      }
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      expect(await gateway.records(caller)).toHaveLength(1);
      expect(await gateway.spent(caller)).toBe(2n * CREDIT);
    },
  );

  it("belongs to one account, one body and one request at a time", async () => {
    const [caller, other] = [await gateway.caller(), await gateway.caller()];
    await gateway.sandbox.controls().next({ delay_ms: 60_000 });
    const running = gateway.post(caller.secret, ask(), named("b"));
    await until(async () => (await gateway.balance(caller)).heldMicros > 0n, "the first is under way");
    expect((await gateway.post(caller.secret, ask(), named("b"))).json.error).toMatchObject({ code: "in_progress" });
    const conflict = await gateway.post(caller.secret, ask({ max_tokens: 401 }), named("b"));
    expect([conflict.status, conflict.json.error?.["code"]]).toEqual([409, "idempotency_conflict"]);
    expect((await gateway.post(other.secret, ask(), named("b"))).headers.get("idempotent-replayed")).toBeNull();
    await gateway.sandbox.controls().resume();
    await running;
    expect(await gateway.records(caller)).toHaveLength(1);
  });

  it("is free again when its request cost nothing", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ status: 500, count: 1 });
    expect((await gateway.post(caller.secret, ask(), named("c"))).status).toBe(502);
    expect((await gateway.post(caller.secret, ask(), named("c"))).status).toBe(200);
    expect(await gateway.records(caller)).toHaveLength(2);
    expect(await gateway.spent(caller)).toBe(2n * CREDIT);
  });

  it.each([false, true])("gives a caller who left the result that they paid for (streamed: %s)", async (stream) => {
    const caller = await gateway.caller();
    await gateway.abandon(caller, ask({ stream }), named("d"));
    await gateway.sandbox.controls().resume();
    await until(async () => (await gateway.records(caller)).length === 1, "it is settled");
    let again = await gateway.post(caller.secret, ask({ stream }), named("d"));
    await until(async () => {
      again = await gateway.post(caller.secret, ask({ stream }), named("d"));
      return again.status === 200;
    }, "the result is kept");
    expect(again.text).toContain(stream ? "[DONE]" : '"credits":2');
    expect(await gateway.records(caller)).toHaveLength(1);
  });

  it("keeps results encrypted", async () => {
    const caller = await gateway.caller();
    await gateway.post(caller.secret, ask(), named("e"));
    const { rows } = await gateway
      .database()
      .pool.query<{ reply: string }>("select reply from kept_reply where user_id = $1", [caller.userId]);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.reply.length).toBeGreaterThan(100);
    expect(Buffer.from(rows[0]?.reply ?? "", "base64").toString("latin1") + rows[0]?.reply).not.toContain("choices");
  });

  it("gives a kept result only to a key that may make the request, within the account's limits", async () => {
    const caller = await gateway.caller();
    const ctx = () => systemCtx("test", nowMs());
    const { userId } = caller;
    const key = ApiKeyInput.parse({ name: "barred", models: ["other"] });
    const barred = await gateway
      .database()
      .inTransaction((tx) => createApiKey(tx, ctx(), { userId, key, mayGiveAdmin: false }));
    expect((await gateway.post(caller.secret, ask(), named("f"))).status).toBe(200);
    expect((await gateway.post(caller.secret, ask(), named("f"))).headers.get("idempotent-replayed")).toBe("true");
    const answer = await gateway.post(barred.secret, ask(), named("f"));
    expect(answer.json.error).toMatchObject({ code: "model_not_allowed" });
    const limits = { requests_per_minute: 1, tokens_per_minute: 1_000, concurrency: 1 };
    await gateway.database().inTransaction((tx) => updateUser(tx, ctx(), { userId, limits, reason: "to try it" }));
    await gateway.gateway().refresh();
    const limited = await gateway.post(caller.secret, ask(), named("f"));
    expect(limited.json.error).toMatchObject({ code: "rate_limit_exceeded" });
  });
});
