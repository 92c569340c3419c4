import { beforeAll, describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { disablePoolKey, enablePoolKey, listPool } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { aGateway } from "../../support/a-gateway";
import { aSupplier, sendJson } from "../../support/a-supplier";
import { until } from "../../support/until";

const supplier = aSupplier();
const gateway = aGateway({ supplier: supplier.url });
const ask = (more: object = {}) => ({ model: "gpt-4", messages: [{ role: "user", content: "Hi" }], ...more });
const ctx = () => systemCtx("test", nowMs());

beforeAll(async () => {
  const rates = [{ meter: "input_tokens" as const, amount: 1 }];
  for (const [id, provider, capability] of [
    ["a-lonely-model", "mistral", "chat"],
    ["an-image-model", "openai", "image"],
  ] as const) {
    const model = ModelBody.parse({ provider, upstream_model: id, capabilities: [capability], price: { rates } });
    await gateway.database().inTransaction((tx) => putModel(tx, ctx(), modelFromBody(id, model)));
  }
  await gateway.gateway().refresh();
});

async function keysAre(state: "active" | "disabled"): Promise<void> {
  const database = gateway.database();
  for (const { id } of (await listPool(database.reader, ctx(), { limit: 10, before: null })).keys) {
    const change = state === "active" ? enablePoolKey : disablePoolKey;
    await database.inTransaction((tx) => change(tx, ctx(), { poolKeyId: id }));
  }
  await gateway.gateway().refresh();
}

type Listed = { id: string; scrip: { available: boolean } };
async function listed(secret: string): Promise<[string, boolean][]> {
  const reply = await fetch(`${gateway.url()}/v1/models`, { headers: { authorization: `Bearer ${secret}` } });
  const { data } = (await reply.json()) as { data: Listed[] };
  return data.map(({ id, scrip }) => [id, scrip.available]);
}

describe("a model that waiting can't serve", () => {
  it("comes last in the list, and says so", async () => {
    const { secret } = await gateway.caller();
    expect(await listed(secret)).toEqual([
      ["gpt-4", true],
      ["a-lonely-model", false],
      ["an-image-model", false],
    ]);
  });

  it("is refused for good: no retry, and no time to come back at", async () => {
    const { secret } = await gateway.caller();
    const answer = await gateway.post(secret, ask({ model: "a-lonely-model" }));
    expect([answer.status, answer.json.error?.["code"]]).toEqual([503, "no_capacity"]);
    expect(answer.json.error?.["message"]).toContain("trying again won't help");
    expect([answer.headers.get("x-should-retry"), answer.headers.get("retry-after")]).toEqual(["false", null]);
  });

  it("is one whose keys are all disabled, and none any more when one is back", async () => {
    const { secret } = await gateway.caller();
    await keysAre("disabled");
    expect((await listed(secret))[0]?.[1]).toBe(false);
    const answer = await gateway.post(secret, ask());
    expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([503, "false"]);
    await keysAre("active");
    expect((await listed(secret))[0]).toEqual(["gpt-4", true]);
  });

  it("is one whose last key was found dead by this very request", async () => {
    const { secret } = await gateway.caller();
    await gateway.freshKeys(1);
    const dead = {
      error: { message: "Incorrect API key provided", code: "invalid_api_key", type: "invalid_request_error" },
    };
    supplier.play((response) => sendJson(response, 401, dead));
    const answer = await gateway.post(secret, ask());
    expect([answer.status, answer.headers.get("x-should-retry"), answer.headers.get("retry-after")]).toEqual([
      503,
      "false",
      null,
    ]);
    await gateway.freshKeys(1);
  });

  it("isn't one whose key only cools down: that says when to come back", async () => {
    const { secret } = await gateway.caller();
    await gateway.freshKeys(1);
    supplier.play((response) => {
      response.setHeader("retry-after", "20");
      sendJson(response, 429, {
        error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" },
      });
    });
    const first = await gateway.post(secret, ask());
    const second = await gateway.post(secret, ask());
    expect([first.status, second.status]).toEqual([503, 503]);
    expect([second.headers.get("x-should-retry"), Number(second.headers.get("retry-after"))]).toEqual([
      "true",
      expect.toSatisfy((seconds: number) => seconds > 10 && seconds <= 20),
    ]);
    expect((await listed(secret))[0]).toEqual(["gpt-4", true]);
    await gateway.freshKeys(1);
  });
});

describe("what a refusal says", () => {
  beforeAll(async () => {
    await gateway.freshKeys(1);
    supplier.play((response) => sendJson(response, 400, { error: { message: "no", type: "invalid_request_error" } }));
  });

  it("names the numbers of a balance that is too small, where to add credits, and what it would pay for", async () => {
    const { secret } = await gateway.caller(1n);
    const { json } = await gateway.post(secret, ask({ max_tokens: 4_000 }));
    const { needed, available, affordable_output_tokens: affordable, message } = json.error ?? {};
    expect(available).toBe(1);
    expect(affordable).toEqual(expect.toSatisfy((tokens: number) => tokens > 100 && tokens < 256));
    expect(message).toBe(
      `Insufficient credits: this request needs ${String(needed)} credits, 1 available. Add credits at https://scrip.example/buy, or ask for at most ${String(affordable)} output tokens.`,
    );
    expect(json.error?.["top_up_url"]).toBe("https://scrip.example/buy");
    const again = await gateway.post(secret, ask({ max_tokens: affordable }));
    expect(again.json.error?.["code"]).not.toBe("insufficient_credits");
  });

  it("offers no smaller request to an empty balance", async () => {
    const { secret } = await gateway.caller(0n);
    const { json } = await gateway.post(secret, ask({ max_tokens: 50 }));
    expect(json.error).toMatchObject({ available: 0, affordable_output_tokens: 0 });
    expect(json.error?.["message"]).not.toContain("ask for at most");
  });

  it.each([
    ["POST", "/chat/completions", "base URL to https://api.scrip.example/v1"],
    ["POST", "/v1/v1/chat/completions", "base URL to https://api.scrip.example/v1"],
    ["POST", "/v1/chat/completions/chat/completions", "base URL to https://api.scrip.example/v1"],
    ["POST", "/v1//chat/completions", "base URL to https://api.scrip.example/v1"],
    ["POST", "/api/v1/chat/completions", "base URL to https://api.scrip.example/v1"],
    ["GET", "/models", "base URL to https://api.scrip.example/v1"],
    ["POST", "/v1/responses", "isn't served yet"],
    ["POST", "/v1/messages", "isn't served yet"],
    ["POST", "/v1/embeddings", "isn't served yet"],
    ["GET", "/v1/chat/completions", "It is called by POST"],
    ["DELETE", "/v1/models", "It is called by GET or HEAD"],
  ])("tells %s %s where to go: %s", async (method, path, hint) => {
    const reply = await fetch(gateway.url() + path, { method });
    const { error } = (await reply.json()) as { error: { code: string; message: string } };
    expect([reply.status, error.code]).toEqual([404, "not_found"]);
    expect(error.message).toContain(hint);
  });

  it("gives no hint where no client's path is", async () => {
    const { error } = (await (await fetch(`${gateway.url()}/wp-login.php`)).json()) as { error: { message: string } };
    expect(error.message).toBe("There is no GET /wp-login.php here.");
  });

  it("lets a repetition come back while the first request runs", async () => {
    const { secret } = await gateway.caller();
    const headers = { "idempotency-key": "while it runs" };
    let finish: () => void = () => undefined;
    supplier.play((response) => {
      finish = () => sendJson(response, 400, { error: { message: "no", type: "invalid_request_error" } });
    });
    const before = await gateway.dispatched();
    const first = gateway.post(secret, ask(), headers);
    await until(async () => (await gateway.dispatched()) > before, "the first is under way");
    const second = await gateway.post(secret, ask(), headers);
    expect([second.status, second.json.error?.["code"], second.headers.get("x-should-retry")]).toEqual([
      409,
      "in_progress",
      "true",
    ]);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    finish();
    await first;
  });
});
