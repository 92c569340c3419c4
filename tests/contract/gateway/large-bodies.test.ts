import { createHash } from "node:crypto";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { updateUser } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { newApiKeySecret } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import type { Caller } from "../../support/stage";
import { until } from "../../support/until";

const gateway = aGateway();
const KB = 1_024;
const MB = 1_024 * KB;
const ctx = () => systemCtx("test", nowMs());

/** A request whose input is small, in a body that isn't. */
const ask = (more: object = {}, padding = 100 * KB) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: "Reply with 5 tokens." }],
  max_tokens: 20,
  metadata: { padding: "x".repeat(padding) },
  ...more,
});
const codeOf = async (secret: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await gateway.post(secret, body, headers);
  return answer.status === 200 ? "ok" : answer.json.error?.["code"];
};

/** What is left of the credits that a caller was made with. */
const putCredits = ({ wallet }: Caller, credits: number): Promise<void> =>
  gateway.asOwner("update books.wallet set promo = $2 where id = $1", [String(wallet), credits * 1_000_000]);

type Early = { status: number; code: unknown; connection: string | undefined };

/** What a caller hears who announces so many bytes and sends so many of them, with the rest to come. */
function early(
  secret: string,
  { announced, sent = 0 }: { announced: number | null; sent?: number },
  named: Record<string, string> = {},
): Promise<Early> {
  const { hostname, port } = new URL(gateway.url());
  const headers = {
    authorization: `Bearer ${secret}`,
    ...named,
    ...(announced === null ? { "transfer-encoding": "chunked" } : { "content-length": announced }),
  };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method: "POST", path: "/v1/chat/completions", headers }, (reply) => {
      let text = "";
      reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
      reply.on("end", () => {
        const { error } = JSON.parse(text) as { error: { code: unknown } };
        resolve({ status: reply.statusCode ?? 0, code: error.code, connection: reply.headers.connection });
        call.destroy();
      });
    });
    call.on("error", reject);
    call.flushHeaders();
    if (sent > 0) call.write(`{"model":"gpt-4","padding":"${"x".repeat(sent)}`);
  });
}

const limit = async (caller: Caller, limits: object): Promise<void> => {
  await gateway
    .database()
    .inTransaction((tx) => updateUser(tx, ctx(), { userId: caller.userId, limits, reason: "test" }));
  await gateway.gateway().refresh();
};
const refused = (status: number, code: string): Early => ({ status, code, connection: "close" });

describe("a body of somebody whose key isn't good", () => {
  it("isn't read: the refusal comes before the body does, whatever its size and however it is sent", async () => {
    for (const announced of [100 * KB, 20 * MB, null]) {
      expect(await early(newApiKeySecret(), { announced })).toEqual(refused(401, "invalid_api_key"));
      expect(await early("sk-mistyped", { announced })).toEqual(refused(401, "invalid_api_key"));
    }
  });

  it("isn't parsed, and whoever sends all of it first reads the refusal too", async () => {
    for (const body of ["{", `{"a":${"[".repeat(MB)}`, "x".repeat(10 * MB)]) {
      expect(await codeOf(newApiKeySecret(), body)).toBe("invalid_api_key");
    }
  });
});

describe("a body above 64 kB is read only of a caller who may call", () => {
  const LARGE = { announced: 20 * MB };
  const CHUNKED = { announced: null, sent: 80 * KB };

  it("not of a suspended account", async () => {
    const caller = await gateway.caller();
    const change = { userId: caller.userId, isSuspended: true, reason: "test" };
    await gateway.database().inTransaction((tx) => updateUser(tx, ctx(), change));
    await gateway.gateway().refresh();
    for (const how of [LARGE, CHUNKED])
      expect(await early(caller.secret, how)).toEqual(refused(403, "account_suspended"));
  });

  /** An account that may send no more requests in this minute, and has no credits either. */
  async function aCallerBeyondRate(): Promise<Caller> {
    const caller = await gateway.caller();
    await limit(caller, { requests_per_minute: 1 });
    expect(await codeOf(caller.secret, ask())).toBe("ok");
    await gateway.spent(caller);
    await putCredits(caller, 0);
    return caller;
  }

  it("not of one that owes, which is reported before its rate and its empty balance", async () => {
    const caller = await aCallerBeyondRate();
    await gateway.asOwner("update books.wallet set debt = 5000000 where id = $1", [caller.wallet.toString()]);
    await until(async () => (await early(caller.secret, LARGE)).code === "account_in_debt", "the debt is known");
    expect(await early(caller.secret, CHUNKED)).toEqual(refused(402, "account_in_debt"));
  });

  it("not of one that is beyond its rate, which is reported before its empty balance", async () => {
    const caller = await aCallerBeyondRate();
    for (const how of [LARGE, CHUNKED, LARGE]) {
      expect(await early(caller.secret, how)).toEqual(refused(429, "rate_limit_exceeded"));
    }
  });

  it("not of one that has nothing to spend; its place is free again", async () => {
    const caller = await gateway.caller(0n);
    await limit(caller, { concurrency: 1 });
    for (const how of [LARGE, CHUNKED, LARGE]) {
      expect(await early(caller.secret, how)).toEqual(refused(402, "insufficient_credits"));
    }
  });

  it("not of one that has nothing to spend and an idempotency key without a reply", async () => {
    const caller = await gateway.caller(0n);
    const named = { "idempotency-key": "new" };
    expect(await early(caller.secret, LARGE, named)).toEqual(refused(402, "insufficient_credits"));
  });

  it("of one that has credits since a moment ago", async () => {
    const caller = await gateway.caller(1n);
    await putCredits(caller, 0);
    expect(await codeOf(caller.secret, ask())).toBe("insufficient_credits");
    await putCredits(caller, 1);
    expect(await codeOf(caller.secret, ask())).toBe("ok");
  });

  it("of one without credits where an idempotency key has its reply, which is given again", async () => {
    const caller = await gateway.caller(1n);
    const named = { "idempotency-key": "large" };
    const first = await gateway.post(caller.secret, ask(), named);
    expect(first.status).toBe(200);
    expect(await gateway.spent(caller, 1n)).toBe(1_000_000n);
    const again = await gateway.post(caller.secret, ask(), named);
    expect([again.status, again.headers.get("idempotent-replayed"), again.text]).toEqual([200, "true", first.text]);
    expect(await codeOf(caller.secret, ask({ user: "u" }), named)).toBe("idempotency_conflict");
    expect(await codeOf(caller.secret, ask(), { "idempotency-key": "other" })).toBe("insufficient_credits");
    expect(await codeOf(caller.secret, ask())).toBe("insufficient_credits");
  });

  it("of one without credits where its key may call a model that costs nothing", async () => {
    const caller = await gateway.caller(0n);
    const price = { rates: [{ meter: "input_tokens", per: 1, amount: 0 }] };
    const free = { provider: "openai", upstream_model: "gpt-4", capabilities: ["chat"], price };
    await gateway
      .database()
      .inTransaction((tx) => putModel(tx, ctx(), modelFromBody("for-nothing", ModelBody.parse(free))));
    await gateway.gateway().refresh();
    expect(await codeOf(caller.secret, ask({ model: "for-nothing" }))).toBe("ok");
    expect(await codeOf(caller.secret, ask())).toBe("insufficient_credits");
  });

  it("and counts once; a call that is refused for its rate doesn't count", async () => {
    const caller = await gateway.caller();
    await limit(caller, { requests_per_minute: 2, concurrency: 1 });
    expect(await codeOf(caller.secret, ask())).toBe("ok");
    expect(await codeOf(caller.secret, ask())).toBe("ok");
    expect(await codeOf(caller.secret, ask())).toBe("rate_limit_exceeded");
  });

  it("not beside too many others; the place of one that left in the middle of its body is free again", async () => {
    const caller = await gateway.caller();
    await limit(caller, { concurrency: 1 });
    const { hostname, port } = new URL(gateway.url());
    const headers = { authorization: `Bearer ${caller.secret}`, "content-length": MB };
    const call = request({ hostname, port, method: "POST", path: "/v1/chat/completions", headers });
    call.on("error", () => undefined); // it is we who leave
    call.write("{");
    await until(async () => (await codeOf(caller.secret, ask())) === "concurrency_limit", "it has its place");
    expect(await early(caller.secret, LARGE)).toEqual(refused(429, "concurrency_limit"));
    call.destroy();
    await until(async () => (await codeOf(caller.secret, ask())) === "ok", "its place is free");
  });
});

describe("a large body that is read", () => {
  it("reaches its supplier as it came, byte for byte, and costs what a small one does", async () => {
    const caller = await gateway.caller();
    const body = `{ "model" : "gpt-4","seed":12345678901234567890, "x":"\\ud800 \\u0000é😀", "max_tokens": 20,
      "messages":[{"role":"user","content":"Reply with 5 tokens."}],"metadata":{"padding":"${"x".repeat(2 * MB)}"}}`;
    expect(await codeOf(caller.secret, body)).toBe("ok");
    const [seen] = await gateway.sandbox.controls().log();
    expect(seen?.body_sha256).toBe(createHash("sha256").update(body).digest("hex"));
    expect(await gateway.spent(caller)).toBe(1_000_000n);
  });

  it("is spliced where something must change, and streams", async () => {
    const caller = await gateway.caller();
    const answer = await gateway.post(caller.secret, ask({ stream: true }));
    expect(answer.text).toContain("[DONE]");
    expect((await gateway.records(caller))[0]).toMatchObject({ status: "ok", meters: { output_tokens: 5 } });
  });

  it("is refused like a small one: no JSON, a name twice, what has no price, a model that isn't there", async () => {
    const caller = await gateway.caller();
    const text = JSON.stringify(ask());
    expect(await codeOf(caller.secret, text.slice(0, -1))).toBe("invalid_request");
    expect(await codeOf(caller.secret, text.replace("{", '{"model":"gpt-4",'))).toBe("invalid_request");
    expect(await codeOf(caller.secret, ask({ Max_Tokens: 9 }))).toBe("invalid_request");
    expect(await codeOf(caller.secret, ask({ model: "gpt-0" }))).toBe("model_not_found");
    for (const more of [{ service_tier: "priority" }, { tools: [{ type: "web_search" }] }]) {
      expect(await codeOf(caller.secret, ask(more))).toBe("unpriced_parameters");
    }
    expect(await gateway.spent(caller)).toBe(0n);
  });

  it("is counted, in its thread, where its bytes alone would be too much for the balance", async () => {
    const caller = await gateway.caller(200n);
    // 150,000 letters, 25,000 tokens: 125 credits, where the bytes would ask for 750.
    const content = `Reply with 20 tokens.${" hello".repeat(25_000)}`;
    expect(await codeOf(caller.secret, ask({ messages: [{ role: "user", content }] }))).toBe("ok");
  });
});

describe("a body that would take long to parse", () => {
  const repeated = (count: number, value: string) => Array.from({ length: count }, () => value).join(",");
  const HOSTILE: [string, string, string][] = [
    ["many small members", `{"model":"gpt-4","messages":[${repeated(100_000, '{"a":1}')}]}`, "50000 values"],
    ["many numbers", `{"model":"gpt-4","messages":[${repeated(100_000, "1")}]}`, "50000 values"],
    ["deep lists", `{"model":"gpt-4","messages":${"[".repeat(65)}${"]".repeat(65)}}`, "64 levels"],
    ["names", `{"model":"gpt-4",${Array.from({ length: 1_001 }, (_, at) => `"n${at}":1`).join(",")}}`, "1000 names"],
  ];
  it.each(HOSTILE)("is refused before it is parsed, and says which bound it is beyond: %s", async (_, body, said) => {
    const caller = await gateway.caller();
    const answer = await gateway.post(caller.secret, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining(said) as string,
    });
    expect(await gateway.spent(caller)).toBe(0n);
  });

  it("is an error or a good reply, never a failure: escapes, one letter, halves of pairs", async () => {
    const [rich, poor] = [await gateway.caller(), await gateway.caller(1n)];
    for (const letter of ["\\u0000", "\\ud800", '\\"', "a", "中", "\\n/", " ", "1"]) {
      const body = (count: number): string => {
        const content = `Reply with 5 tokens.${letter.repeat(count)}`;
        return `{"model":"gpt-4","max_tokens":20,"messages":[{"role":"user","content":"${content}"}]}`;
      };
      expect(await codeOf(rich.secret, body(100))).toBe("ok");
      // It is counted, since its bytes don't fit the balance.
      expect(await codeOf(poor.secret, body(300_000))).toBe("insufficient_credits");
    }
  });
});
