import { beforeEach, describe, expect, it } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { listPool } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { LIMITS } from "../../../workers/gateway/limits";
import { aGateway } from "../../support/a-gateway";
import { until } from "../../support/until";

const gateway = aGateway();
const ask = (more: object = {}) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: "Reply with 20 tokens." }],
  max_tokens: 50,
  ...more,
});
const ctx = () => systemCtx("test", nowMs());
/** The account that a sandbox's key belongs to, by its name. */
const accountOf = (key: string): string => key.split("-").at(-2) ?? "";

let keys: string[];
beforeEach(async () => {
  keys = await gateway.freshKeys(2);
});

/** What a request came to that the first key failed. */
async function outcomeOf(more: object, stream: boolean) {
  const caller = await gateway.caller();
  const answer = await gateway.post(caller.secret, ask({ ...more, stream }));
  const records = await gateway.records(caller);
  const log = await gateway.sandbox.controls().log();
  return {
    status: answer.status,
    records: records.map(({ status, attempts }) => ({
      status,
      attempts: attempts.length,
      last: attempts.at(-1)?.outcome,
    })),
    isChargedOnce: (await gateway.spent(caller)) === records[0]?.chargeMicros && records[0].chargeMicros > 0n,
    served: log.filter(({ ended }) => ended === "complete").length,
  };
}

describe("failover before the first byte", () => {
  const failures: [string, object][] = [
    ["a 401", { error: "invalid_api_key" }],
    ["an empty account", { error: "insufficient_quota" }],
    ["a rate limit", { error: "rate_limit_exceeded" }],
    ["a 500", { status: 500 }],
    ["an overload", { status: 503 }],
    ["a key without the model", { error: "model_not_found" }],
    ["a forbidden region", { status: 403 }],
    ["a redirect", { status: 302 }],
    ["a page instead of a reply", { error: "html" }],
    ["broken JSON", { error: "broken_json" }],
    ["an empty reply", { error: "empty" }],
  ];
  for (const [what, order] of failures) {
    for (const streamed of [false, true]) {
      it(`takes the next key after ${what}, ${streamed ? "streaming" : "whole"}: one charge, one record, two attempts`, async () => {
        await gateway.sandbox.controls().next({ ...order, count: 1 });
        expect(await outcomeOf({}, streamed)).toEqual({
          status: 200,
          records: [{ status: "ok", attempts: 2, last: "ok" }],
          isChargedOnce: true,
          served: 1,
        });
      });
    }
  }

  it.each([false, true])(
    "takes the next key after a connection that breaks, a fresh one too (streamed: %s)",
    async (streamed) => {
      const warm = await gateway.caller();
      await gateway.post(warm.secret, ask());
      await gateway.sandbox.controls().next({ error: "reset", count: 2 });
      expect(await outcomeOf({}, streamed)).toMatchObject({
        status: 200,
        records: [{ status: "ok", attempts: 2, last: "ok" }],
        isChargedOnce: true,
      });
    },
  );

  it("gives up with 502 and charges nothing when every key fails; the client must not retry", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ status: 500, count: 9 });
    const answer = await gateway.post(caller.secret, ask());
    expect(answer.status).toBe(502);
    expect(answer.json.error).toMatchObject({ code: "upstream_error", type: "server_error" });
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(await gateway.spent(caller)).toBe(0n);
    expect(await gateway.records(caller)).toMatchObject([{ status: "failed", httpStatus: 502, attempts: [{}, {}] }]);
  });

  it("goes through refused keys until one serves, and through no more than three faults", async () => {
    const caller = await gateway.caller();
    const attempts = () => gateway.tries(caller);
    await gateway.freshKeys(5);
    await gateway.sandbox.controls().next({ error: "rate_limit_exceeded", count: 4 });
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect(await attempts()).toEqual([...Array.from({ length: 4 }, () => "rate_limited"), "ok"]);
    await gateway.freshKeys(5);
    await gateway.sandbox.controls().next({ error: "model_not_found", count: 2 });
    await gateway.sandbox.controls().next({ status: 500, count: 9 });
    expect((await gateway.post(caller.secret, ask())).status).toBe(502);
    const faults = Array.from({ length: 3 }, () => "server_error");
    expect(await attempts()).toEqual(["model_unavailable", "model_unavailable", ...faults]);
  });

  it("tries no more keys than a request may, however many there are", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(LIMITS.attemptsMax + 2);
    await gateway.sandbox.controls().next({ error: "rate_limit_exceeded", count: LIMITS.attemptsMax + 2 });
    expect((await gateway.post(caller.secret, ask())).json.error).toMatchObject({ code: "no_capacity" });
    expect((await gateway.records(caller))[0]?.attempts).toHaveLength(LIMITS.attemptsMax);
  });

  it("tries three keys with a request above their limits, and holds nothing against them", async () => {
    const caller = await gateway.caller();
    await gateway.freshKeys(4);
    await gateway.sandbox.controls().next({ error: "tokens_above_limit", count: 2 });
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    await gateway.sandbox.controls().next({ error: "tokens_above_limit", count: 9 });
    const refused = await gateway.post(caller.secret, ask());
    expect(refused.json.error).toMatchObject({ code: "no_capacity", message: expect.stringContaining("more tokens") });
    expect(refused.headers.get("x-should-retry")).toBe("false");
    expect(await gateway.tries(caller)).toEqual(["above_limit", "above_limit", "above_limit"]);
    await gateway.sandbox.controls().reset();
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect((await gateway.records(caller))[0]?.attempts).toHaveLength(1);
  });

  it("has no capacity, with a time to come back, when every key is limited", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().next({ error: "rate_limit_exceeded", count: 9 });
    const answer = await gateway.post(caller.secret, ask());
    expect(answer.json.error).toMatchObject({ code: "no_capacity" });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    // Nothing is asked of keys that cool down, and an account that couldn't pay gets that refusal instead.
    const poor = await gateway.caller(1n);
    expect((await gateway.post(caller.secret, ask())).json.error).toMatchObject({ code: "no_capacity" });
    expect(await gateway.spent(poor, 1n)).toBe(0n);
    expect(await gateway.spent(caller)).toBe(0n);
  });

  it("takes a refused key out of the pool, so that the next request doesn't meet it", async () => {
    const caller = await gateway.caller();
    await gateway.sandbox.controls().key(keys[0] ?? "", { revoked: true });
    const states = async () => {
      const { keys } = await listPool(gateway.database().reader, ctx(), { limit: 10, before: null });
      return keys.map(({ state }) => state).sort();
    };
    await until(async () => {
      await gateway.post(caller.secret, ask());
      return (await states()).includes("quarantined");
    }, "the revoked key is quarantined");
    const attempts = (await gateway.records(caller)).map((record) => record.attempts.length);
    expect(attempts.filter((count) => count === 2)).toHaveLength(1);
    for (let times = 0; times < 4; times++) expect((await gateway.post(caller.secret, ask())).status).toBe(200);
    expect((await gateway.records(caller)).slice(0, 4).every((record) => record.attempts.length === 1)).toBe(true);
  });

  it("never shows a key, an organisation or an account of a supplier in an error", async () => {
    const caller = await gateway.caller();
    for (const error of ["invalid_api_key", "insufficient_quota", "rate_limit_exceeded", "model_not_found"]) {
      await gateway.sandbox.controls().next({ error, count: 9 });
      const answer = await gateway.post(caller.secret, ask());
      const shown = answer.text + JSON.stringify([...answer.headers]);
      expect(shown).not.toMatch(/sk-sandbox|org-|openai-organization/);
      for (const key of keys) expect(shown).not.toContain(accountOf(key));
      await gateway.sandbox.controls().reset();
      keys = await gateway.freshKeys(2);
    }
  });
});

describe("a supplier that is silent for too long", () => {
  const impatient = aGateway({ timings: { firstByteMs: 500 } });

  it("is answered for with 504, and nothing is charged", async () => {
    const caller = await impatient.caller();
    await impatient.sandbox.controls().next({ delay_ms: 20_000, count: 9 });
    const answer = await impatient.post(caller.secret, ask());
    expect(answer.json.error).toMatchObject({ code: "upstream_timeout" });
    expect(answer.status).toBe(504);
    expect(await impatient.spent(caller)).toBe(0n);
  });
});
