import type { Route } from "@/app/_server/route";
import { DELETE, GET, PATCH } from "@/app/api/v1/contributions/[id]/route";
import * as topUpRoute from "@/app/api/v1/contributions/[id]/top-up/route";
import * as quotesRoute from "@/app/api/v1/contributions/quotes/route";
import * as contributionsRoute from "@/app/api/v1/contributions/route";
import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { type QuoteBody, vestContributions } from "@/lib/contributions";
import { systemCtx } from "@/lib/ctx";
import type { Database } from "@/lib/db";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { type Balance, type Books, createBooks, keepLease, type Lease, readBalance } from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { type Micros, nanos } from "@/lib/money";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { afterAll, beforeAll } from "vitest";
import { type Sandbox, startSandbox } from "../../workers/sandbox/server";
import { anEnd, aReserve, aSettle, aWallet, cr } from "./a-ledger";
import { aPerson, call, openApi, type Person, type Reply } from "./api";
import { type SandboxControls, sandboxControls } from "./sandbox";
import { stageModel } from "./stage";

let api: Awaited<ReturnType<typeof openApi>>;
let sandbox: Sandbox;
let lease: Lease;
let books: Books;
let operations = 0;
let accounts = 0;

/** The database of the file's tests, with GPT-4 at 5 credits and USD 0.03 for 1,000 tokens, and one channel, `openai`. */
export let database: Database;
/** Who pays for the requests of `serveWith`. */
export let payer: bigint;

/** Give the file's tests a database with the demo's settings, the API's routes, and a provider: a real sandbox. */
export function useContributions(): void {
  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
    process.env["PROVIDER_OPENAI_BASE_URL"] = providerUrl();
    api = await openApi();
    ({ database } = api);
    await stageModel(database, 1);
    await setSettings(DEMO_SETTINGS);
    lease = await keepLease(database.pool, "test");
    books = createBooks(database.pool, lease);
    const home = { database, ctx: systemCtx("test", nowMs()) };
    // The fixture reads nothing else of a ledger.
    payer = await aWallet(home as Parameters<typeof aWallet>[0], { purchased: cr(100_000_000) });
  });
  afterAll(async () => {
    await lease.close();
    await api.close();
    await sandbox.stop();
  });
}

/** The verbs of the hot path, for requests that `serveWith` can't make. */
export const ledgerBooks = (): Books => books;
/** The provider's base URL: the sandbox's. */
export const providerUrl = (): string => `${sandbox.url}/openai/v1`;
export const controls = (): SandboxControls => sandboxControls(sandbox.url);
export const aContributor = (): Promise<Person> => aPerson(database);

/** A key of an account of its own, with so many dollars on it. */
export const aKey = (usd = 500): string => `sk-sandbox-openai-${usd}usd-own${++accounts}-a`;

export async function setSettings(patch: Record<string, unknown>): Promise<void> {
  await database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), patch));
}

type QuoteInput = Partial<(typeof QuoteBody)["_zod"]["input"]>;

export const askQuote = (person: Person, key: string, more: QuoteInput = {}): Promise<Reply> =>
  call("POST", "/contributions/quotes", quotesRoute.POST, {
    as: person.key,
    body: { provider: "openai", api_key: key, ...more },
  });

export const acceptQuote = (person: Person, quoteId: string, attest = true): Promise<Reply> =>
  call("POST", "/contributions", contributionsRoute.POST, {
    as: person.key,
    body: { quote_id: quoteId, attest },
    headers: { "idempotency-key": `operation-${++operations}` },
  });

export const topUp = (person: Person, id: string, quoteId: string): Promise<Reply> =>
  call("POST", `/contributions/${id}/top-up`, topUpRoute.POST, {
    as: person.key,
    params: { id },
    body: { quote_id: quoteId, attest: true },
    headers: { "idempotency-key": `operation-${++operations}` },
  });

const onOne =
  (method: string, handler: Route) =>
  (person: Person, id: string, body?: object): Promise<Reply> =>
    call(method, `/contributions/${id}`, handler, { as: person.key, params: { id }, body });
export const readOne = onOne("GET", GET);
export const changeOne = onOne("PATCH", PATCH);
export const retire = onOne("DELETE", DELETE);

/** Contribute a key whole, and give the contribution with the id of its pool key. */
export async function contributeKey(
  person: Person,
  key = aKey(),
  more: QuoteInput = {},
): Promise<{ id: string; poolKey: Uuid; body: Reply["body"] }> {
  const quote = await askQuote(person, key, more);
  const made = await acceptQuote(person, String(quote.body["id"]));
  const id = String(made.body["id"]);
  const { rows } = await database.pool.query<{ id: Uuid }>("select id from pool_key where contribution_id = $1", [
    fromPublicId("contribution", id),
  ]);
  const [row] = rows;
  if (!row) throw new Error(`nothing was contributed: ${quote.text} ${made.text}`);
  return { id, poolKey: row.id, body: made.body };
}

/** What a request of that cost is charged at the provider's reference price: 5 credits for USD 0.03, in whole credits. */
const referenceCharge = (costNanos: bigint): Micros => cr(Number((costNanos * 5n + 29_999_999n) / 30_000_000n));

/** One request, reserved on a key and not yet settled. */
export async function holdOn(poolKey: Uuid): Promise<(costNanos: bigint, chargeMicros?: Micros) => Promise<void>> {
  const reserve = aReserve(payer, cr(20), { poolKey });
  const { outcome } = await books.reserve(reserve);
  if (outcome !== "held") throw new Error(`the request wasn't reserved: ${outcome}`);
  return async (costNanos, chargeMicros = referenceCharge(costNanos)) => {
    const attempt = { n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: nanos(costNanos), latencyMs: 5 };
    const end = anEnd({ poolKey, attempts: [attempt] });
    await books.settle(aSettle(reserve.hold, chargeMicros, { costNanos: nanos(costNanos), end }));
  };
}

/** One request that a key served at that cost, charged that much: by the reference price where nothing is said. */
export const serveWith = async (poolKey: Uuid, costNanos: bigint, chargeMicros?: Micros): Promise<void> =>
  (await holdOn(poolKey))(costNanos, chargeMicros);

/** What the fold does in one transaction, by itself. Returns how many attempts it took. */
export function fold(limit = 1_000): Promise<number> {
  const ctx = systemCtx("test", nowMs());
  return database.inTransaction(async (tx) => {
    const { attempts } = await foldAttempts(tx, ctx, { limit });
    await vestContributions(tx, ctx, attempts);
    return attempts.length;
  });
}

export const balanceOf = (person: Person): Promise<Balance> => readBalance(database.reader, person.user.walletId);

/** Another provider's id whose channel leads to the same upstream host, as a relay's may: its keys can be contributed. */
export async function putAnotherProvider(provider: "deepseek" | "moonshot", baseUrl: string): Promise<void> {
  const ctx = systemCtx("test", nowMs());
  const rates = (amount: number) => ({
    rates: [
      { meter: "input_tokens" as const, per: 1000, amount },
      { meter: "output_tokens" as const, per: 1000, amount },
    ],
  });
  const model = ModelBody.parse({
    provider,
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    default_output_cap: 1_000,
    price: { ...rates(5), chargeUnit: 1 },
    cost: { ...rates(0.03), chargeUnit: 0.000001 },
  });
  await database.inTransaction(async (tx) => {
    await putModel(tx, ctx, modelFromBody(`gpt-4-at-${provider}`, model));
    await putChannel(tx, ctx, channelFromBody(provider, ChannelBody.parse({ provider, base_url: baseUrl })));
  });
  const policy = { allowed: true, reason: "a test", reference_model: `gpt-4-at-${provider}` };
  await setSettings({ providers: { [provider]: policy } });
}
