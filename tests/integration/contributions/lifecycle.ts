import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomText, toPublicId, type Uuid } from "@/lib/ids";
import { aPerson, type Person } from "@/tests/support/api";
import { giveCredits } from "@/tests/support/a-request";
import { testServer } from "@/tests/support/database";
import { type TestRedis, startRedis } from "@/tests/support/redis";
import { stageModel } from "@/tests/support/stage";
import { until, untilSoon } from "@/tests/support/until";
import { openWhole, type Whole } from "@/tests/support/whole";

let whole: Whole;
let ada: Person;
let redis: TestRedis | undefined;
let heard: () => string = () => "";

function useWhole(withRedis: boolean): void {
  beforeAll(async () => {
    redis = withRedis ? await startRedis() : undefined;
    heard = (await redis?.listen()) ?? heard;
    whole = await openWhole({ redisUrl: redis?.url });
    await stageModel(whole.database, 1);
    ada = await aPerson(whole.database);
    await giveCredits(whole.database, ada, 1_000);
  });
  afterAll(async () => {
    await whole.close();
    await redis?.stop();
  });
}

type Reply = { status: number; text: string; body: Record<string, unknown> };
/** Every reply of the file's tests, since none may hold a key. */
const replies: string[] = [];

async function send(base: string, method: string, path: string, as: Person, body?: object): Promise<Reply> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${as.key}`,
      "content-type": "application/json",
      "idempotency-key": randomText(12),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  replies.push(text, JSON.stringify(Object.fromEntries(response.headers)));
  return { status: response.status, text, body: JSON.parse(text) as Record<string, unknown> };
}
const api = (method: string, path: string, as: Person, body?: object): Promise<Reply> =>
  send(whole.web, method, `/api/v1${path}`, as, body);
const chat = (as: Person): Promise<Reply> =>
  send(whole.gateway, "POST", "/v1/chat/completions", as, {
    model: "gpt-4",
    messages: [{ role: "user", content: "Reply with 10 tokens." }],
  });
const control = (key: string, change: object): Promise<unknown> =>
  fetch(`${whole.sandbox}/_sandbox/keys/${key}`, { method: "PUT", body: JSON.stringify(change) });

async function give(bo: Person, key: string): Promise<string> {
  const quote = await api("POST", "/contributions/quotes", bo, { provider: "openai", api_key: key });
  const made = await api("POST", "/contributions", bo, { quote_id: quote.body["id"], attest: true });
  expect(made.status).toBe(201);
  return String(made.body["id"]);
}
const serves = (): Promise<void> => until(async () => (await chat(ada)).status === 200, "the key serves");
const readOne = async (bo: Person, id: string) => (await api("GET", `/contributions/${id}`, bo)).body;

async function poolKeyOf(bo: Person): Promise<string> {
  const { rows } = await whole.database.pool.query<{ id: Uuid }>(
    "select id from pool_key where owner_id = $1 order by id desc limit 1",
    [bo.user.id],
  );
  return toPublicId("poolKey", rows[0]?.id ?? ("" as Uuid));
}
/** Have the provider asked about a key so often, each time once the last probe is done. */
async function revalidateQuote(poolKey: string, times: number): Promise<void> {
  for (let at = 0; at < times; at++) {
    const before = await api("POST", `/admin/pool/${poolKey}/revalidate`, whole.admin);
    const checkedAt = JSON.stringify(before.body["health"]);
    await until(async () => {
      const { body } = await api("GET", "/admin/pool?limit=100", whole.admin);
      const key = (body["data"] as Record<string, unknown>[]).find(({ id }) => id === poolKey);
      return JSON.stringify(key?.["health"]) !== checkedAt;
    }, "the key was probed");
  }
}

/** Every row of every table, as text. */
async function dump(): Promise<string> {
  const ownerUrl = Object.assign(new URL(testServer()), {
    pathname: new URL(process.env["DATABASE_URL"] ?? "").pathname,
  }).href;
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'books', 'bullmq')`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
    parts.push(...rows.map(({ row }) => row));
  }
  await client.end();
  return parts.join("\n");
}

/** The lifecycle of contributed keys, from the quote to their revocation, as tests of the file that calls it. */
export function testLifecycle(withRedis: boolean): void {
  useWhole(withRedis);

  test("serves, vests within two seconds, and after its revocation is clawed back with the reason", async () => {
    const bo = await aPerson(whole.database);
    const key = `sk-sandbox-openai-500usd-${randomText(8)}-a`;
    const id = await give(bo, key);
    await serves();
    const vestedOf = async () => Number((await readOne(bo, id))["vested_credits"]);
    await until(async () => (await vestedOf()) > 0, "it vests");
    let vested = 0;
    const serveOnceMore = async (): Promise<void> => {
      vested = await vestedOf();
      expect((await chat(ada)).status).toBe(200);
    };
    await untilSoon(serveOnceMore, async () => (await vestedOf()) > vested, "it vests in two seconds", 2_000);
    vested = await vestedOf();

    await control(key, { revoked: true });
    expect((await chat(ada)).status).toBe(503);
    await until(async () => (await readOne(bo, id))["state"] === "quarantined", "it is quarantined");
    await revalidateQuote(await poolKeyOf(bo), 3);
    await until(async () => (await readOne(bo, id))["state"] === "revoked", "it is taken back");
    expect(await readOne(bo, id)).toMatchObject({
      reason: "invalid_key",
      vested_credits: vested,
      remaining_credits: 0,
    });
    const balance = await api("GET", "/balance", bo);
    expect(balance.body).toMatchObject({ available: vested, unvested: 0, debt: 0 });
    expect(whole.logged()).toContain("a contribution ended with its key");
  });

  test("whose account was emptied elsewhere is clawed back once a probe confirms it", async () => {
    const bo = await aPerson(whole.database);
    const key = `sk-sandbox-openai-500usd-${randomText(8)}-a`;
    const id = await give(bo, key);
    await serves();
    await control(key, { quota_usd: 0 });
    await until(async () => {
      await chat(ada);
      return (await readOne(bo, id))["state"] === "depleted";
    }, "it is found without money");
    await revalidateQuote(await poolKeyOf(bo), 1);
    await until(async () => (await readOne(bo, id))["state"] === "revoked", "it is taken back");
    expect((await readOne(bo, id))["reason"]).toBe("drained");
  });

  test("a secret typed as a key is nowhere but in its ciphertext, whatever happens to it", async () => {
    const bo = await aPerson(whole.database);
    const canary = `canary${randomText(20)}`;
    const key = `sk-sandbox-openai-500usd-${canary}-a`;
    const forms = [canary, Buffer.from(key).toString("base64").slice(0, -4), Buffer.from(key).toString("hex")];
    for (const [at, api_key] of [key, `${key} with a space`, `sk-${canary}-that-nobody-issued`].entries()) {
      const more = at === 2 ? { declared_usd: "much" } : {};
      await api("POST", "/contributions/quotes", bo, { provider: "openai", api_key, ...more });
    }
    await api("POST", "/contributions/quotes", bo, {
      provider: "openai",
      api_key: `sk-${canary}-that-nobody-issued`,
    });
    await api("POST", "/contributions/quotes", bo, { provider: "mistral", api_key: key });
    await api("POST", "/contributions/quotes", bo, { api_key: key });
    const id = await give(bo, key);
    await serves();
    const whileItServes = await dump();
    await control(key, { revoked: true });
    await until(async () => (await chat(ada)).status === 503, "the key is refused");
    await revalidateQuote(await poolKeyOf(bo), 3);
    await until(async () => (await readOne(bo, id))["state"] === "revoked", "it is taken back");
    await api("GET", "/admin/audit", whole.admin);
    const places = {
      "database while it serves": whileItServes,
      database: await dump(),
      logs: whole.logged(),
      replies: replies.join("\n"),
      ...(redis && { Redis: heard() }),
    };
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(0);
      for (const form of forms) expect([place, text.includes(form)]).toEqual([place, false]);
    }
  });
}
