import { describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey, hashApiKeySecret, revokeApiKey, updateUser } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import type { Uuid } from "@/lib/ids";
import { updateSettings } from "@/lib/settings";
import { nowMs, toIso } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import type { Caller } from "../../support/stage";
import { until } from "../../support/until";

const gateway = aGateway();
const ask = { model: "gpt-4", messages: [{ role: "user", content: "Reply with 5 tokens." }], max_tokens: 20 };
const ctx = () => systemCtx("test", nowMs());

async function keyOf(caller: Caller, key: object): Promise<string> {
  const made = await gateway.database().inTransaction((tx) =>
    createApiKey(tx, ctx(), {
      userId: caller.userId,
      key: ApiKeyInput.parse({ name: "test", ...key }),
      mayGiveAdmin: false,
    }),
  );
  return made.secret;
}
const codeWith = async (secret: string) => {
  const answer = await gateway.post(secret, ask);
  return answer.status === 200 ? "ok" : answer.json.error?.["code"];
};

describe("what a key's owner allowed", () => {
  it("bounds models, addresses and time", async () => {
    const caller = await gateway.caller();
    expect(await codeWith(await keyOf(caller, { models: ["gpt-4"] }))).toBe("ok");
    expect(await codeWith(await keyOf(caller, { models: ["other"] }))).toBe("model_not_allowed");
    expect(await codeWith(await keyOf(caller, { ips: ["127.0.0.0/8"] }))).toBe("ok");
    expect(await codeWith(await keyOf(caller, { ips: ["10.1.2.3"] }))).toBe("ip_not_allowed");
    const soon = await keyOf(caller, { expires_at: toIso(nowMs() + 700) });
    expect(await codeWith(soon)).toBe("ok");
    await until(async () => (await codeWith(soon)) === "key_expired", "the key expires", 2_000);
  });

  it("doesn't believe a forwarded address from somebody who is no trusted proxy", async () => {
    const secret = await keyOf(await gateway.caller(), { ips: ["10.1.2.3"] });
    const answer = await gateway.post(secret, ask, { "x-forwarded-for": "10.1.2.3" });
    expect(answer.json.error?.["code"]).toBe("ip_not_allowed");
  });

  it("needs the scope for calling models", async () => {
    expect(await codeWith(await keyOf(await gateway.caller(), { scopes: ["account"] }))).toBe("forbidden");
  });

  it("pins a key to channels: without one there is no capacity", async () => {
    expect(await codeWith(await keyOf(await gateway.caller(), { channels: ["elsewhere"] }))).toBe("no_capacity");
  });

  it("ends with the key although the catalogue can't be read", async () => {
    const secret = await keyOf(await gateway.caller(), {});
    expect(await codeWith(secret)).toBe("ok");
    await gateway.asOwner("alter table model rename to model_away", []);
    try {
      await gateway.asOwner("update api_key set revoked_at = now() where hash = $1", [hashApiKeySecret(secret)]);
      await gateway.asOwner("select books.bump_config('catalog'), books.bump_config('keys')", []);
      await until(async () => (await codeWith(secret)) === "invalid_api_key", "the key is known to be revoked", 3_000);
    } finally {
      await gateway.asOwner("alter table model_away rename to model", []);
    }
    await gateway.gateway().refresh();
  });

  it("ends with the key, and with the account's standing, in under a second", async () => {
    const caller = await gateway.caller();
    const secret = await keyOf(caller, {});
    const { rows } = await gateway
      .database()
      .pool.query<{ id: Uuid }>("select id from api_key where user_id = $1 order by created_at desc limit 1", [
        caller.userId,
      ]);
    expect(await codeWith(secret)).toBe("ok");
    const apiKeyId = rows[0]?.id;
    if (apiKeyId === undefined) throw new Error("the key isn't there");
    await gateway.database().inTransaction((tx) => revokeApiKey(tx, ctx(), { userId: caller.userId, apiKeyId }));
    await until(async () => (await codeWith(secret)) === "invalid_api_key", "the key is refused", 1_000);
    await gateway
      .database()
      .inTransaction((tx) => updateUser(tx, ctx(), { userId: caller.userId, isSuspended: true, reason: "test" }));
    await until(async () => (await codeWith(caller.secret)) === "account_suspended", "the account is refused", 1_000);
  });
});

describe("a provider that is switched off", () => {
  it("serves nothing within a second, and again within a second of being switched on", async () => {
    const caller = await gateway.caller();
    const switchOff = (providers: string[]) =>
      gateway.database().inTransaction((tx) => updateSettings(tx, ctx(), { switches: { providers_off: providers } }));
    expect(await codeWith(caller.secret)).toBe("ok");
    const spent = await gateway.spent(caller);
    await switchOff(["groq", "openai"]);
    await until(async () => (await codeWith(caller.secret)) === "no_capacity", "the model is refused", 1_000);
    const seen = (await gateway.sandbox.controls().log()).length;
    const answer = await gateway.post(caller.secret, ask);
    expect(answer.status).toBe(503);
    expect(answer.json.error?.["message"]).toContain("switched off");
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(await gateway.sandbox.controls().log()).toHaveLength(seen);
    await switchOff([]);
    await until(async () => (await codeWith(caller.secret)) === "ok", "the model is served again", 1_000);
    expect(await gateway.spent(caller)).toBeGreaterThan(spent);
  });
});

describe("rates", () => {
  const limit = (caller: Caller, limits: object) =>
    gateway.database().inTransaction((tx) => updateUser(tx, ctx(), { userId: caller.userId, limits, reason: "test" }));

  it("lets so many requests a minute through, says so in headers, and refuses the next with 429", async () => {
    const caller = await gateway.caller();
    await limit(caller, { requests_per_minute: 2 });
    const first = await gateway.post(caller.secret, ask);
    expect(first.headers.get("x-ratelimit-limit-requests")).toBe("2");
    expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
    expect((await gateway.post(caller.secret, ask)).status).toBe(200);
    const refused = await gateway.post(caller.secret, ask);
    expect(refused.json.error).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_error" });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("x-should-retry")).toBe("true");
  });

  it("counts tokens as they were used", async () => {
    const caller = await gateway.caller();
    await limit(caller, { tokens_per_minute: 30 });
    const long = { ...ask, messages: [{ role: "user", content: "Reply with 40 tokens." }], max_tokens: 60 };
    expect((await gateway.post(caller.secret, long)).status).toBe(200);
    expect((await gateway.post(caller.secret, ask)).json.error).toMatchObject({ code: "rate_limit_exceeded" });
  });

  it("bounds what is under way, and lets the next in when one ends", async () => {
    const caller = await gateway.caller();
    await limit(caller, { concurrency: 1 });
    await gateway.sandbox.controls().next({ delay_ms: 400 });
    const slow = gateway.post(caller.secret, ask);
    await until(
      async () => (await gateway.post(caller.secret, ask)).json.error?.["code"] === "concurrency_limit",
      "a second one is refused",
    );
    expect((await slow).status).toBe(200);
    expect((await gateway.post(caller.secret, ask)).status).toBe(200);
  });

  it("holds for models and the balance as well: address and time", async () => {
    const caller = await gateway.caller();
    const get = async (path: string, secret: string) => {
      const answer = await fetch(`${gateway.url()}${path}`, { headers: { authorization: `Bearer ${secret}` } });
      const { error } = (await answer.json()) as { error?: { code: string } };
      return error?.code ?? "ok";
    };
    const elsewhere = await keyOf(caller, { ips: ["10.1.2.3"] });
    const soon = await keyOf(caller, { expires_at: toIso(nowMs() + 1_500) });
    for (const path of ["/v1/models", "/v1/models/gpt-4", "/v1/credits"]) {
      expect(await get(path, caller.secret)).toBe("ok");
      expect(await get(path, elsewhere)).toBe("ip_not_allowed");
      await until(async () => (await get(path, soon)) === "key_expired", "the key expires", 3_000);
    }
  });
});
