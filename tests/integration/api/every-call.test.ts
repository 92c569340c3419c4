import { readdirSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLS, type ApiCall } from "@/app/api/v1/_document/calls";
import { apiDocument } from "@/app/api/v1/_document/document";
import * as openapi from "@/app/api/v1/openapi.json/route";
import type { Database } from "@/lib/db";
import { queries } from "@/lib/db/models";
import { systemCtx } from "@/lib/ctx";
import { assert } from "@/lib/errors";
import { fromPublicId, newUuid, toPublicId } from "@/lib/ids";
import { creditWallet } from "@/lib/ledger";
import { enqueue } from "@/lib/queue";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { aPosting, cr } from "@/tests/support/a-ledger";
import { giveCredits, makeRequests } from "@/tests/support/a-request";
import { aCookie, aPerson, call, openApi, type Person, type Reply } from "@/tests/support/api";
import { useStripeOf, WEBHOOK_SECRET } from "@/tests/support/shop";
import { startSandbox, type Sandbox } from "../../../workers/sandbox/server";
import { signatureOf } from "../../../workers/sandbox/stripe/webhooks";

/** Every call of the API, asked as nobody, as another, as a user and as its document says. */

const ROOT = path.resolve(import.meta.dirname, "../../../app/api/v1");
let api: Awaited<ReturnType<typeof openApi>>;
let database: Database;
let admin: Person;
let other: Person;
let requestId: string;
let poolKeyId: string;
let jobId: string;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  useStripeOf(sandbox);
  process.env["PROVIDER_OPENAI_BASE_URL"] = `${sandbox.url}/openai/v1`;
  api = await openApi();
  ({ database } = api);
  await database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), DEMO_SETTINGS));
  admin = await aPerson(database, { role: "admin", scopes: ["admin"] });
  other = await aPerson(database);
  await giveCredits(database, admin, 100);
  const [id] = await makeRequests(database, admin, [{ chargeMicros: 8_000_000n }]);
  requestId = id ? toPublicId("request", id) : "";
  await ask(callOf("PUT", "/admin/models/{id}"), admin, { id: "gpt-4" });
  await ask(callOf("PUT", "/admin/channels/{id}"), admin, { id: "docs" });
  const body = { api_key: "sk-upstream-of-the-walk-0123", quota_usd: 5 };
  const added = await call("POST", "/x", callOf("POST", "/admin/channels/{id}/keys").route, {
    as: admin.key,
    params: { id: "docs" },
    body,
  });
  poolKeyId = String(added.body["id"]);
  jobId = String(await database.inTransaction((tx) => enqueue(tx, "a_topic", {})));
});
afterAll(async () => {
  await sandbox.stop();
  await api.close();
});

function callOf(method: string, at: string): ApiCall {
  const found = CALLS.find((one) => one.method === method && one.path === at);
  if (!found) throw new Error(`no call ${method} ${at}`);
  return found;
}

let operations = 0;
/** What stands in the examples' place in bodies that name something, by the call's path. */
const bodies = new Map<string, object>();
/** Ask as the document's example says. */
function ask(one: ApiCall, as: Person | null, params: Record<string, string>, headers = {}): Promise<Reply> {
  const { spec } = one.route;
  operations += 1;
  if (one.path === "/stripe/webhook") return notify(one);
  return call(one.method, one.path, one.route, {
    as: as?.key ?? null,
    params,
    ...(spec.body && { body: { ...spec.example?.body, ...bodies.get(one.path) } }),
    query: spec.example?.query,
    headers: { "idempotency-key": `walk-${operations}`, ...headers },
  });
}

/** An event, signed as Stripe does. */
function notify({ route }: ApiCall): Promise<Reply> {
  const event = {
    id: "evt_walk",
    object: "event",
    type: "charge.succeeded",
    created: 1,
    data: { object: { id: "ch_1" } },
  };
  const body = JSON.stringify(event);
  return call("POST", "/stripe/webhook", route, {
    body,
    headers: { "stripe-signature": signatureOf(body, WEBHOOK_SECRET, Date.now()) },
  });
}

/** A purchase of the admin that may be refunded. */
async function aCreditedPurchase(): Promise<string> {
  const { body } = await ask(callOf("POST", "/checkout"), admin, {});
  const id = String(body["id"]);
  const uuid = fromPublicId("purchase", id);
  assert(uuid, "the checkout names its purchase");
  await database.inTransaction(async (tx) => {
    const { lot } = await creditWallet(tx, systemCtx("test", Date.now()), {
      ...aPosting(admin.user.walletId, "purchase"),
      source: "purchased",
      amountMicros: cr(1_000),
    });
    await queries(tx).purchase.update({
      where: { id: uuid },
      data: { state: "credited", paidAt: new Date(), creditedAt: new Date(), lotId: lot, paymentIntent: `pi_${uuid}` },
    });
  });
  return id;
}

/** A purchase of which an inquiry has frozen the credits. */
async function anInquiredPurchase(): Promise<string> {
  const id = await aCreditedPurchase();
  const purchaseId = fromPublicId("purchase", id);
  assert(purchaseId, "the checkout names its purchase");
  const data = { id: `dp_${purchaseId}`, purchaseId, usdNanos: 1n, takenMicros: 0n, state: "open", isWithdrawn: false };
  await queries(database.reader).purchase_dispute.create({ data });
  return id;
}

/** A purchase of which more went back than was paid. */
async function aFrozenPurchase(): Promise<string> {
  const id = await aCreditedPurchase();
  const uuid = fromPublicId("purchase", id);
  assert(uuid, "the checkout names its purchase");
  const change = { refundedNanos: 10_000_000_000n, disputedNanos: 10_000_000_000n, state: "quarantined" };
  await queries(database.reader).purchase.update({ where: { id: uuid }, data: change });
  return id;
}

/** A quote of the admin's for a key of its own, where the call names one. */
async function aQuote(key: string, more = {}): Promise<string> {
  bodies.set("/contributions/quotes", { api_key: key, ...more });
  const { body } = await ask(callOf("POST", "/contributions/quotes"), admin, {});
  return String(body["id"]);
}

/** A contribution of the admin's; for a top-up with a quote of it, since something was paid in. */
async function aContribution(at: string): Promise<string> {
  const key = `sk-sandbox-openai-500usd-${newUuid(nowMs())}-a`;
  bodies.set("/contributions", { quote_id: await aQuote(key) });
  const { body } = await ask(callOf("POST", "/contributions"), admin, {});
  const id = String(body["id"]);
  if (at.endsWith("/top-up")) {
    await fetch(`${sandbox.url}/_sandbox/keys/${key}`, { method: "PUT", body: JSON.stringify({ quota_usd: 900 }) });
    bodies.set(at, { quote_id: await aQuote(key, { contribution: id }) });
  }
  return id;
}

/** Ids that exist and belong to the admin, for a path. Keys are created again, because calls revoke them. */
async function ownParams({ path: at }: ApiCall): Promise<Record<string, string>> {
  if (at === "/contributions/quotes") bodies.set(at, { api_key: `sk-sandbox-openai-500usd-${newUuid(nowMs())}-a` });
  if (at === "/contributions") {
    bodies.set(at, { quote_id: await aQuote(`sk-sandbox-openai-500usd-${newUuid(nowMs())}-a`) });
  }
  if (!at.includes("{id}")) return {};
  if (at.startsWith("/usage")) return { id: requestId };
  if (at.startsWith("/purchases")) return { id: await aCreditedPurchase() };
  if (at === "/admin/purchases/{id}/release") return { id: await anInquiredPurchase() };
  if (at.startsWith("/admin/purchases")) return { id: await aFrozenPurchase() };
  if (at.startsWith("/keys")) {
    const made = await ask(callOf("POST", "/keys"), admin, {});
    return { id: String(made.body["id"]) };
  }
  if (at.startsWith("/contributions")) return { id: await aContribution(at) };
  if (at.includes("/models/")) return { id: "gpt-4" };
  if (at.includes("/channels/")) return { id: "docs" };
  if (at.includes("/jobs/")) return { id: jobId };
  return { id: at.includes("/pool/") ? poolKeyId : other.id };
}

const name = ({ method, path: at }: ApiCall): string => `${method} ${at}`;
const named = (list: readonly ApiCall[]): [string, ApiCall][] => list.map((one) => [name(one), one]);
const guarded = CALLS.filter(({ route }) => route.spec.auth !== "public");

test("the list of calls has every route's folder, and no other", () => {
  const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts"));
  const paths = files.map((file) => `/${path.dirname(file)}`.replaceAll(/\[(\w+)\]/g, "{$1}"));
  const listed = new Set(CALLS.map(({ path: at }) => at));
  expect(paths.filter((at) => !listed.has(at)).toSorted()).toEqual(["/[...rest]", "/openapi.json"]);
  expect(paths.length).toBe(listed.size + 2);
});

describe("nobody", () => {
  test.each(named(guarded))("is refused by %s", async (_, one) => {
    const reply = await ask(one, null, await ownParams(one));
    expect([reply.status, reply.body["code"], reply.headers.get("x-should-retry")]).toEqual([
      401,
      "unauthenticated",
      "false",
    ]);
  });
});

describe("a user", () => {
  test.each(named(CALLS.filter(({ path: at }) => at.startsWith("/admin/"))))(
    "is refused by %s, with a key and with a session",
    async (_, one) => {
      const params = await ownParams(one);
      const byKey = await ask(one, other, params);
      expect([byKey.status, byKey.body["code"]]).toEqual([403, "forbidden"]);
      const headers = { cookie: await aCookie(database, other), origin: "http://127.0.0.1:3000" };
      expect((await ask(one, null, params, headers)).status).toBe(403);
    },
  );

  const ownThings = guarded.filter(({ path: at }) => at.includes("{id}") && !at.startsWith("/admin/"));
  test.each(named(ownThings))("gets 404 from %s for what is another's", async (_, one) => {
    const reply = await ask(one, other, await ownParams(one));
    expect([reply.status, reply.body["code"]]).toEqual([404, "not_found"]);
  });
});

describe("another site's page", () => {
  test.each(named(guarded.filter(({ method }) => method !== "GET")))("can't use a session for %s", async (_, one) => {
    const headers = { cookie: await aCookie(database, admin), origin: "https://evil.example" };
    const reply = await ask(one, null, await ownParams(one), headers);
    expect([reply.status, reply.body["code"]]).toEqual([403, "forbidden"]);
  });
});

describe("the document", () => {
  type Json = Record<string, unknown>;
  /** A schema of the document, to parse replies with. */
  function schemaOf(one: ApiCall, status: number): z.ZodType {
    const document = JSON.parse(JSON.stringify(apiDocument()).replaceAll("#/components/schemas/", "#/$defs/")) as Json;
    const read = (from: unknown, ...keys: string[]): unknown =>
      keys.reduce<unknown>((value, key) => (value as Json | undefined)?.[key], from);
    const at = [
      one.path,
      one.method.toLowerCase(),
      "responses",
      String(status),
      "content",
      "application/json",
      "schema",
    ];
    const schema = read(document, "paths", ...at);
    if (!schema) throw new Error(`the document has no reply ${status} of ${name(one)}`);
    return z.fromJSONSchema({
      ...(schema as Json),
      $defs: read(document, "components", "schemas"),
    } as z.core.JSONSchema.JSONSchema);
  }

  test("is OpenAPI 3.1 with every call, and is served", async () => {
    const { status, body, text } = await call("GET", "/openapi.json", openapi.GET, {});
    expect(status).toBe(200);
    expect(body["openapi"]).toBe("3.1.0");
    const paths = body["paths"] as Record<string, Json>;
    expect(CALLS.filter(({ path: at, method }) => !paths[at]?.[method.toLowerCase()])).toEqual([]);
    const refs = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, ref]) => ref);
    const schemas = (body["components"] as { schemas: Json }).schemas;
    expect(refs.filter((ref) => !schemas[String(ref)])).toEqual([]);
  });

  test.each(named(CALLS))("has an example for %s that works, and says what comes back", async (_, one) => {
    expect(one.route.spec.example).toBeDefined();
    const reply = await ask(one, admin, await ownParams(one));
    expect([reply.status, reply.text]).toEqual([one.route.spec.status ?? 200, reply.text]);
    const parsed = schemaOf(one, reply.status).safeParse(reply.body);
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  test("would notice a reply that isn't as it says", () => {
    expect(schemaOf(callOf("GET", "/balance"), 200).safeParse({ available: "12" }).success).toBe(false);
  });

  test("says nothing of dollars to users, but for packs and purchases", () => {
    const isPrice = (at: string): boolean => at === "/packs" || at.startsWith("/purchases");
    const users = CALLS.filter(({ path: at, route }) => route.spec.auth !== "admin" && !isPrice(at));
    const told = users.filter(({ route }) =>
      /"[a-z_]*(usd|cost)[a-z_]*":/i.test(JSON.stringify(z.toJSONSchema(route.spec.reply, { io: "output" }))),
    );
    expect(told.map(name)).toEqual([]);
  });
});

test("what isn't there is a problem too", async () => {
  const rest = await import("@/app/api/v1/[...rest]/route");
  const { status, body, headers } = await call("GET", "/nothing", rest.GET, {});
  expect([status, body["code"], headers.get("content-type")]).toEqual([404, "not_found", "application/problem+json"]);
});
