import fc from "fast-check";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLS, type ApiCall } from "@/app/api/v1/_document/calls";
import type { Database } from "@/lib/db";
import { aPerson, call, openApi, type Person } from "@/tests/support/api";
import { useStripeOf } from "@/tests/support/shop";
import { startSandbox, type Sandbox } from "../../../workers/sandbox/server";

/** Bad input never breaks a call: whatever comes, the answer is the caller's fault or fine, never ours. */

let api: Awaited<ReturnType<typeof openApi>>;
let database: Database;
let admin: Person;
let keys = 0;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  useStripeOf(sandbox);
  api = await openApi();
  ({ database } = api);
  admin = await aPerson(database, { role: "admin", scopes: ["admin"] });
});
afterAll(async () => {
  await sandbox.stop();
  await api.close();
});

const named = (list: readonly ApiCall[]): [string, ApiCall][] => list.map((one) => [`${one.method} ${one.path}`, one]);

/** Texts that break what is careless: NUL, half a pair, other years, injections, numbers that aren't. */
const NASTY = [
  "\u0000",
  "\ud800",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59+14:00",
  "'; drop table audit; --",
  "__proto__",
  "%00",
  "../../etc/passwd",
  "1e400",
  "🦀".repeat(200),
] as const;
const nasty = fc.oneof(fc.constantFrom(...NASTY), fc.string(), fc.double(), fc.constant(null), fc.boolean());

/** The example with one of its members, or a new one, replaced by something nasty. */
function spoiled(one: ApiCall): fc.Arbitrary<object> {
  const body = one.route.spec.example?.body ?? {};
  const name = fc.constantFrom(...Object.keys(body), "models", "expires_at", "limits", "constructor");
  return fc
    .tuple(name, fc.oneof(nasty, fc.array(nasty), fc.jsonValue()))
    .map(([member, value]) => ({ ...body, [member]: value }));
}

async function statusOf(
  one: ApiCall,
  options: { body?: object | string; query?: Record<string, string>; id?: string },
) {
  keys += 1;
  const { id = admin.id, ...rest } = options;
  const { status } = await call(one.method, one.path, one.route, {
    as: admin.key,
    params: { id },
    headers: { "idempotency-key": `fuzz-${keys}` },
    ...(one.route.spec.body && { body: one.route.spec.example?.body ?? {} }),
    ...rest,
  });
  return status;
}

describe("a spoiled body", () => {
  test.each(named(CALLS.filter(({ route }) => route.spec.body)))("never breaks %s", async (_, one) => {
    const example = one.route.spec.example?.body ?? {};
    for (const member of [...Object.keys(example), "models", "expires_at", "effective_from"]) {
      for (const value of NASTY) {
        expect(await statusOf(one, { body: { ...example, [member]: value } })).toBeLessThan(500);
        expect(await statusOf(one, { body: { ...example, [member]: [value] } })).toBeLessThan(500);
      }
    }
    await fc.assert(
      fc.asyncProperty(spoiled(one), async (body) => {
        expect(await statusOf(one, { body })).toBeLessThan(500);
      }),
      { numRuns: 10 },
    );
    expect(await statusOf(one, { body: "[".repeat(200_000) })).toBe(400);
    expect(await statusOf(one, { body: `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}` })).toBeLessThan(500);
  });
});

describe("a spoiled query or id", () => {
  test.each(named(CALLS.filter(({ method }) => method === "GET")))("never breaks %s", async (_, one) => {
    const { query } = one.route.spec;
    const names = query instanceof z.ZodObject ? Object.keys(query.shape) : [];
    for (const value of NASTY) {
      for (const name of names) expect(await statusOf(one, { query: { [name]: value } })).toBeLessThan(500);
      expect(await statusOf(one, { id: encodeURIComponent(value.replace("\ud800", "%")) })).toBeLessThan(500);
    }
    const far = Buffer.from(JSON.stringify(["999999999999999", admin.user.id])).toString("base64url");
    const unstorable = Buffer.from(JSON.stringify(["gpt\u0000"])).toString("base64url");
    for (const cursor of [far, unstorable]) expect(await statusOf(one, { query: { cursor } })).toBeLessThan(500);
  });
});
