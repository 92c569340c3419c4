import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { ModelBody, modelFromBody, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { newApiKeySecret } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { aGateway, type Answer } from "../../support/a-gateway";
import type { Caller } from "../../support/stage";

const gateway = aGateway();
const ask = (more: object = {}) => ({
  model: "gpt-4",
  messages: [{ role: "user", content: "Reply with 5 tokens." }],
  max_tokens: 20,
  ...more,
});

/** What a refusal came to: its shape, and what it left behind for its caller. */
async function outcomeOf(answer: Answer, caller: Caller | null, credits = 1_000n) {
  const { error } = answer.json;
  return {
    status: answer.status,
    code: error?.["code"],
    hasShape: ["message", "type", "param", "code"].every((name) => error !== undefined && name in error),
    hasRequestId: answer.headers.get("x-request-id")?.startsWith("req_"),
    retry: answer.headers.get("x-should-retry"),
    seenBySupplier: (await gateway.sandbox.controls().log()).length,
    held: caller ? (await gateway.balance(caller)).heldMicros : 0n,
    spent: caller ? await gateway.spent(caller, credits) : 0n,
    records: caller ? (await gateway.records(caller)).length : 0,
  };
}
/** The documented refusal, with nothing charged, held, recorded or sent on. */
const refused = (status: number, code: string) => ({
  status,
  code,
  hasShape: true,
  hasRequestId: true,
  retry: "false",
  seenBySupplier: 0,
  held: 0n,
  spent: 0n,
  records: 0,
});

const putBareModel = (id: string, more: object = {}) =>
  gateway
    .database()
    .inTransaction((tx) =>
      putModel(
        tx,
        systemCtx("test", nowMs()),
        modelFromBody(
          id,
          ModelBody.parse({ provider: "openai", upstream_model: "gpt-4", capabilities: ["chat"], ...more }),
        ),
      ),
    );

describe("bad input costs nothing", () => {
  it("refuses a missing, an unknown and a mistyped key with 401", async () => {
    const known = (await gateway.caller()).secret;
    const wrongChecksum = known.slice(0, -1) + (known.endsWith("0") ? "1" : "0");
    for (const secret of [null, newApiKeySecret(), wrongChecksum, "sk-scrip-short", "sk-other"]) {
      expect(await outcomeOf(await gateway.post(secret, ask()), null)).toEqual(refused(401, "invalid_api_key"));
    }
  });

  it("refuses made-up keys by the dozen, and goes on serving callers", async () => {
    const caller = await gateway.caller();
    const made = Array.from({ length: 40 }, () => newApiKeySecret());
    const answers = await Promise.all([...made, ...made].map((secret) => gateway.post(secret, ask())));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await gateway.post(caller.secret, ask())).status).toBe(200);
  });

  it("refuses a body that is no JSON object with 400, of a caller whose key is good", async () => {
    const caller = await gateway.caller();
    for (const body of ['{"model":', "[]", '"text"', "7", "", "null", "\u0000"]) {
      expect(await outcomeOf(await gateway.post(caller.secret, body), caller)).toEqual(refused(400, "invalid_request"));
    }
    expect(await outcomeOf(await gateway.post(null, "{"), null)).toEqual(refused(401, "invalid_api_key"));
  });

  it("refuses fields that decide the price in a form that it can't be sure of", async () => {
    const caller = await gateway.caller();
    const bodies: unknown[] = [
      { messages: ask().messages },
      ask({ model: 7 }),
      ask({ messages: [] }),
      ask({ messages: "hello" }),
      ask({ max_tokens: -1 }),
      ask({ max_tokens: 1.5 }),
      ask({ max_tokens: "20" }),
      ask({ n: 0 }),
      ask({ n: 1_000 }),
      ask({ stream: "yes" }),
      ask({ stream_options: { include_usage: true } }),
      ask({ tools: Array.from({ length: 101 }, () => ({ type: "function", function: { name: "f" } })) }),
      ask({ Max_Tokens: 100_000 }),
      '{"model":"gpt-4","messages":[{"role":"user","content":"x"}],"max_tokens":5,"max_tokens":90000}',
    ];
    for (const body of bodies) {
      expect(await outcomeOf(await gateway.post(caller.secret, body), caller)).toEqual(refused(400, "invalid_request"));
    }
  });

  it("refuses a model that doesn't exist with 404, and one without a price with 400", async () => {
    const caller = await gateway.caller();
    expect(await outcomeOf(await gateway.post(caller.secret, ask({ model: "gpt-0" })), caller)).toEqual(
      refused(404, "model_not_found"),
    );
    await putBareModel("unpriced");
    const answer = await gateway.post(caller.secret, ask({ model: "unpriced" }));
    expect(await outcomeOf(answer, caller)).toEqual(refused(400, "unpriced_parameters"));
  });

  it("refuses a model that isn't for chat with 400, and names the capability that it lacks", async () => {
    const caller = await gateway.caller();
    const price = { rates: [{ meter: "input_tokens", amount: 1 }] };
    for (const [at, capabilities] of [["audio_transcription"], ["embedding"]].entries()) {
      await putBareModel(`other-${at}`, { capabilities, price });
      const answer = await gateway.post(caller.secret, ask({ model: `other-${at}` }));
      expect(await outcomeOf(answer, caller)).toEqual(refused(400, "invalid_request"));
      expect(answer.json.error).toMatchObject({ param: "model", message: expect.stringContaining("'chat'") as string });
    }
    await putBareModel("anything", { capabilities: [], price });
    expect((await gateway.post(caller.secret, ask({ model: "anything" }))).status).toBe(200);
  });

  it("refuses a model whose card prices nothing that a chat is counted in; a price of zero is one", async () => {
    const caller = await gateway.caller();
    const rate = (meter: string, amount: number) => ({ rates: [{ meter, per: 1, amount }] });
    await putBareModel("by-image", { price: rate("images", 3) });
    await putBareModel("by-minute", { price: rate("seconds", 2) });
    for (const model of ["by-image", "by-minute"]) {
      const answer = await gateway.post(caller.secret, ask({ model }));
      expect(await outcomeOf(answer, caller)).toEqual(refused(400, "unpriced_parameters"));
    }
    await putBareModel("for-nothing", { price: rate("input_tokens", 0) });
    expect((await gateway.post(caller.secret, ask({ model: "for-nothing" }))).status).toBe(200);
    expect(await gateway.spent(caller)).toBe(0n);
    await putBareModel("by-request", { price: rate("requests", 7) });
    expect((await gateway.post(caller.secret, ask({ model: "by-request" }))).status).toBe(200);
    expect(await gateway.spent(caller)).toBe(7_000_000n);
  });

  it("refuses fields that change the supplier's bill and have no price with 400, by name", async () => {
    const caller = await gateway.caller();
    const fields = {
      service_tier: "priority",
      web_search_options: {},
      tools: [{ type: "web_search" }],
      modalities: ["text", "audio"],
    };
    for (const [name, value] of Object.entries(fields)) {
      const answer = await gateway.post(caller.secret, ask({ [name]: value }));
      expect(await outcomeOf(answer, caller)).toEqual(refused(400, "unpriced_parameters"));
      expect(answer.json.error?.["message"]).toContain(name);
    }
  });

  it("refuses an empty and a too small balance with 402, and says what is there", async () => {
    const empty = await gateway.caller(1n);
    const answer = await gateway.post(empty.secret, ask({ max_tokens: 4_000 }));
    expect(await outcomeOf(answer, empty, 1n)).toEqual(refused(402, "insufficient_credits"));
    expect(answer.json.error).toMatchObject({ available: 1 });
  });

  it("refuses a body over the limit with 413, announced or not", async () => {
    const caller = await gateway.caller();
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    const authorization = `Bearer ${caller.secret}`;
    const statusOf = (headers: Record<string, string | number>, megabytes: number) =>
      new Promise<number>((resolve, reject) => {
        const { hostname, port } = new URL(gateway.url());
        const path = "/v1/chat/completions";
        const sent = request({ hostname, port, method: "POST", path, headers }, (reply) => {
          resolve(reply.statusCode ?? 0);
          sent.destroy();
        });
        sent.on("error", reject);
        for (let at = 0; at < megabytes; at++) sent.write(megabyte);
      });
    expect(await statusOf({ authorization, "content-length": 26 * megabyte.length }, 1)).toBe(413);
    expect(await statusOf({ authorization }, 26)).toBe(413);
    // Of a body without a good key nothing is read.
    expect(await statusOf({ "content-length": 2 * megabyte.length }, 1)).toBe(401);
    expect(await statusOf({}, 2)).toBe(401);
    expect(await gateway.spent(caller)).toBe(0n);
  });

  it("refuses headers over the limit in its own shape, without falling over", async () => {
    const { hostname, port } = new URL(gateway.url());
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString()));
      socket.on("close", () => resolve(text));
      socket.on("error", reject);
      socket.write(`GET /v1/models HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(400_000)}\r\n\r\n`);
    });
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 431/);
    expect(head).toContain("x-should-retry: false");
    expect(JSON.parse(body)).toMatchObject({ error: { code: "request_too_large", type: "invalid_request_error" } });
  });
});

describe("which error wins", () => {
  it("is key before JSON, JSON before model, model before allow-list, price before balance", async () => {
    const poor = await gateway.caller(1n);
    const codeOf = async (secret: string | null, body: unknown) =>
      (await gateway.post(secret, body)).json.error?.["code"];
    expect(await codeOf("sk-nobody", "{")).toBe("invalid_api_key");
    expect(await codeOf(poor.secret, '{"model":"gpt-0",')).toBe("invalid_request");
    expect(await codeOf("sk-nobody", ask({ model: "gpt-0" }))).toBe("invalid_api_key");
    expect(await codeOf(poor.secret, ask({ model: "gpt-0", max_tokens: 4_000 }))).toBe("model_not_found");
    expect(await codeOf(poor.secret, ask({ service_tier: "priority", max_tokens: 4_000 }))).toBe("unpriced_parameters");
    expect(await codeOf(poor.secret, ask({ max_tokens: 4_000 }))).toBe("insufficient_credits");
  });

  it("reports a debt before what is wrong with the request", async () => {
    const debtor = await gateway.caller(1n);
    await gateway.asOwner("update books.wallet set debt = 5000000 where id = $1", [debtor.wallet.toString()]);
    const answer = await gateway.post(debtor.secret, ask({ model: "gpt-0" }));
    expect(answer.json.error).toMatchObject({ code: "account_in_debt", debt: 5 });
    expect((await gateway.post(debtor.secret, ask())).json.error).toMatchObject({ code: "account_in_debt" });
  });
});
