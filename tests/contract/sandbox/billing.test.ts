import { expect, test } from "vitest";
import { promptOfTokens } from "../../../workers/sandbox/openai";
import { aSandbox } from "../../support/sandbox";

const sandbox = aSandbox();
const standard = { model: "gpt-4", messages: [{ role: "user" as const, content: promptOfTokens("gpt-4", 1000, 500) }] };

async function billing(path: string, key: string): Promise<Response> {
  return fetch(`${sandbox.url()}/openai/v1/dashboard/billing/${path}`, { headers: { authorization: `Bearer ${key}` } });
}

test("1,000 tokens in and 500 out are billed USD 0.045 to the key's account, under the caller's request id", async () => {
  const key = "sk-sandbox-openai-500usd-acct7-a";
  await sandbox.client(key).chat.completions.create(standard, { headers: { "x-request-id": "req_of_the_caller" } });
  const [entry] = await sandbox.controls().log({ request_id: "req_of_the_caller" });
  expect(entry).toMatchObject({
    account: "openai:acct7",
    status: 200,
    ended: "complete",
    stream: false,
    input_tokens: 1000,
    output_tokens: 500,
    sent_tokens: 500,
    usd: 0.045,
  });
  expect(entry?.key).toMatch(/^sk-sandb\*+t7-a$/);
});

test("keys of one account share its quota; the request that empties it is served, the next refused", async () => {
  const [a, b] = ["sk-sandbox-openai-0.05usd-acct8-a", "sk-sandbox-openai-0.05usd-acct8-b"];
  await sandbox.client(a).chat.completions.create(standard);
  await sandbox.client(b).chat.completions.create(standard);
  await expect(sandbox.client(a).chat.completions.create(standard)).rejects.toMatchObject({
    status: 429,
    code: "insufficient_quota",
  });
  await expect(sandbox.client(b).models.list()).resolves.toBeDefined();
  expect(await sandbox.controls().accounts()).toEqual([
    { account: "openai:acct8", quota_usd: 0.05, spent_usd: 0.09, left_usd: -0.04, requests: 2 },
  ]);
});

test("the legacy billing calls report what was granted in dollars and what was spent in cents", async () => {
  const key = "sk-sandbox-openai-12.5usd";
  await sandbox.client(key).chat.completions.create(standard);
  expect(await (await billing("subscription", key)).json()).toMatchObject({
    hard_limit_usd: 12.5,
    has_payment_method: true,
  });
  expect(await (await billing("usage?start_date=2026-11-01&end_date=2026-11-30", key)).json()).toEqual({
    object: "list",
    total_usage: 4.5,
  });
  await sandbox.controls().key(key, { billing: false });
  expect((await billing("subscription", key)).status).toBe(403);
});

test("a key that nobody issued is 401 and quoted as OpenAI quotes it; so is a revoked one", async () => {
  const unknown = sandbox.client("sk-proj-abcdefghijklmnopqrstuvwxyz").models.list();
  await expect(unknown).rejects.toMatchObject({
    status: 401,
    code: "invalid_api_key",
    message: expect.stringContaining("Incorrect API key provided: sk-proj-********************wxyz.") as string,
  });
  await sandbox.controls().key("sk-sandbox-openai-1usd", { revoked: true });
  await expect(sandbox.client("sk-sandbox-openai-1usd").chat.completions.create(standard)).rejects.toMatchObject({
    status: 401,
  });
  await expect(sandbox.client("sk-sandbox-anthropic-1usd").models.list()).rejects.toMatchObject({ status: 401 });
});

test("controls issue any key, fill an account up, set prices", async () => {
  const controls = sandbox.controls();
  await controls.key("sk-proj-made-by-a-test", { quota_usd: 1, account: "made" });
  await controls.settings({ prices: { "gpt-4": { input: 0.01, output: 0.02 } } });
  await sandbox.client("sk-proj-made-by-a-test").chat.completions.create(standard);
  expect(await controls.log({ account: "made" })).toMatchObject([{ usd: 0.02 }]);
});

test("requests per minute are limited per key, with the time to wait", async () => {
  const key = "sk-sandbox-openai-1usd-acct9-a";
  await sandbox.controls().key(key, { rpm: 1 });
  await sandbox.client(key).chat.completions.create(standard);
  const refused = await sandbox
    .client(key)
    .chat.completions.create(standard)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "requests" });
  expect(Number((refused as { headers: Headers }).headers.get("retry-after"))).toBeGreaterThan(50);
});

test.each([true, false])(
  "a caller that leaves stops the production, and is billed its input and what was produced (stream: %s)",
  async (stream) => {
    const controls = sandbox.controls();
    await controls.settings({ chunk_delay_ms: 1 });
    const leaving = new AbortController();
    const content = promptOfTokens("gpt-4", 100, 50_000);
    const pending = sandbox
      .client()
      .chat.completions.create(
        { model: "gpt-4", messages: [{ role: "user", content }], stream },
        { signal: leaving.signal },
      );
    if (stream) {
      let chunks = 0;
      for await (const _ of (await pending) as AsyncIterable<unknown>) if (++chunks === 20) break;
    } else {
      pending.catch(() => undefined);
      await expect.poll(() => controls.accounts()).toHaveLength(1);
      leaving.abort();
    }
    await expect.poll(() => controls.log()).toHaveLength(1);
    const [entry] = await controls.log();
    expect(entry).toMatchObject({ ended: "aborted", input_tokens: 100, stream });
    expect(entry?.output_tokens).toBeLessThan(50_000);
    if (stream) expect(entry?.output_tokens).toBeGreaterThanOrEqual(19);
    expect(entry?.usd).toBeCloseTo((100 + (entry?.output_tokens ?? 0)) * 0.00003, 9);
  },
);

test("a reset clears keys, accounts, faults, prices and the log", async () => {
  const controls = sandbox.controls();
  await sandbox.client().chat.completions.create(standard);
  await controls.next({ status: 500, count: 5 });
  await controls.reset();
  expect(await controls.log()).toEqual([]);
  await expect(sandbox.client().chat.completions.create(standard)).resolves.toBeDefined();
});
