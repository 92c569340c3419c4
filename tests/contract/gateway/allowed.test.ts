import { describe, expect, it } from "vitest";
import { ApiKeyInput, createApiKey, hashApiKeySecret, revokeApiKey, updateUser } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { updateSettings } from "@/lib/settings";
import { nowMs, toIso } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import type { Caller } from "../../support/stage";
import { until, untilSoon } from "../../support/until";

const gateway = aGateway();
const HOUR_MS = 3_600_000;
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

/** A key whose time is about to be up is good until then, and not from then on, though it is known by then. */
async function expires(secret: string, code: (secret: string) => Promise<unknown>): Promise<void> {
  const seen = new Set<unknown>();
  await until(async () => seen.add(await code(secret)).has("key_expired"), "the key expires");
  expect(new Set([...seen, "ok"])).toEqual(new Set(["ok", "key_expired"]));
}

describe("what a key's owner allowed", () => {
  it("bounds models, addresses and time", async () => {
    const caller = await gateway.caller();
    expect(await codeWith(await keyOf(caller, { models: ["gpt-4"] }))).toBe("ok");
    expect(await codeWith(await keyOf(caller, { models: ["other"] }))).toBe("model_not_allowed");
    expect(await codeWith(await keyOf(caller, { ips: ["127.0.0.0/8"] }))).toBe("ok");
    expect(await codeWith(await keyOf(caller, { ips: ["10.1.2.3"] }))).toBe("ip_not_allowed");
    expect(await codeWith(await keyOf(caller, { expires_at: toIso(nowMs() + HOUR_MS) }))).toBe("ok");
    await expires(await keyOf(caller, { expires_at: toIso(nowMs() + 700) }), codeWith);
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
      await until(async () => (await codeWith(secret)) === "invalid_api_key", "the key is known to be revoked");
    } finally {
      await gateway.asOwner("alter table model_away rename to model", []);
    }
    await gateway.gateway().refresh();
  });

  it("ends with the key, and with the account's standing, in under a second", async () => {
    let caller: Caller;
    const becomes = async (code: string) => (await codeWith(caller.secret)) === code;
    const aCaller = async (): Promise<void> => {
      caller = await gateway.caller();
      expect(await codeWith(caller.secret)).toBe("ok");
    };
    const revoke = async (): Promise<void> => {
      await aCaller();
      await gateway.database().inTransaction((tx) => revokeApiKey(tx, ctx(), caller));
    };
    await untilSoon(revoke, () => becomes("invalid_api_key"), "the key is refused");
    const suspend = async (): Promise<void> => {
      await aCaller();
      const change = { userId: caller.userId, isSuspended: true, reason: "test" };
      await gateway.database().inTransaction((tx) => updateUser(tx, ctx(), change));
    };
    await untilSoon(suspend, () => becomes("account_suspended"), "the account is refused");
  });
});

describe("a provider that is switched off", () => {
  it("serves nothing within a second, and again within a second of being switched on", async () => {
    const caller = await gateway.caller();
    const isOn = async () => (await codeWith(caller.secret)) === "ok";
    const isOff = async () => (await codeWith(caller.secret)) === "no_capacity";
    const put = (providers_off: string[]) =>
      gateway.database().inTransaction((tx) => updateSettings(tx, ctx(), { switches: { providers_off } }));
    const switchOff = async (): Promise<void> => {
      await put([]);
      await until(isOn, "it serves");
      await put(["groq", "openai"]);
    };
    const switchOn = async (): Promise<void> => {
      await put(["groq", "openai"]);
      await until(isOff, "it is off");
      await put([]);
    };
    await untilSoon(switchOff, isOff, "the model is refused");
    const spent = await gateway.spent(caller);
    const seen = (await gateway.sandbox.controls().log()).length;
    const answer = await gateway.post(caller.secret, ask);
    expect(answer.status).toBe(503);
    expect(answer.json.error?.["message"]).toContain("switched off");
    expect(answer.headers.get("retry-after")).toBe("60");
    expect(await gateway.sandbox.controls().log()).toHaveLength(seen);
    await untilSoon(switchOn, isOn, "the model is served again");
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
    await gateway.sandbox.controls().next({ delay_ms: 60_000 });
    const before = await gateway.dispatched();
    const slow = gateway.post(caller.secret, ask);
    await until(async () => (await gateway.dispatched()) > before, "the first is under way");
    expect(await codeWith(caller.secret)).toBe("concurrency_limit");
    await gateway.sandbox.controls().resume();
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
    const soon = await keyOf(caller, { expires_at: toIso(nowMs() + 700) });
    for (const path of ["/v1/models", "/v1/models/gpt-4", "/v1/credits"]) {
      expect(await get(path, caller.secret)).toBe("ok");
      expect(await get(path, elsewhere)).toBe("ip_not_allowed");
      await expires(soon, (secret) => get(path, secret));
    }
  });
});
