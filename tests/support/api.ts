import { afterAll, beforeAll } from "vitest";
import { createSession, createUser, createApiKey, type ApiKeyInput, type User } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import type { Database } from "@/lib/db";
import { randomText, toPublicId } from "@/lib/ids";
import { DEMO_SETTINGS, updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import type { Route } from "@/app/_server/route";
import { testDatabase } from "./database";

/** Where the routes under test believe the app to be. */
export const APP_URL = "http://127.0.0.1:3000";
const SECRET = "a secret of tests that is long enough";

/** What a call of a route answered. */
export type Reply = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

/** A person with a key and a way to ask as them. */
export type Person = { user: User; id: string; key: string; keyId: string };

/**
 * A database of the file's own, with the environment that the routes read. `ownerUrl` may change the schema; the routes
 * reach the database by `urlOf` of its address.
 */
export async function openApi(
  urlOf: (databaseUrl: string) => string | Promise<string> = (url) => url,
): Promise<{ database: Database; url: string; ownerUrl: string; close(): Promise<void> }> {
  const own = await testDatabase();
  Object.assign(process.env, {
    SCRIP_ENV: "demo",
    DATABASE_URL: await urlOf(own.url),
    APP_URL,
    GATEWAY_URL: "http://127.0.0.1:4000",
    NEXTAUTH_SECRET: SECRET,
    KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
    LOG_LEVEL: "silent",
  });
  const { webDatabase } = await import("@/app/_server/database");
  const database = webDatabase();
  // As the demo's: a test that makes many calls is about something else.
  const { api_limits } = DEMO_SETTINGS;
  await database.inTransaction((tx) => updateSettings(tx, systemCtx("test", nowMs()), { api_limits }));
  return {
    database,
    url: own.url,
    ownerUrl: own.ownerUrl,
    async close() {
      await database.close();
      await own.drop();
    },
  };
}

/** The database of the file's tests, and an admin. */
export let database: Database;
export let admin: Person;

/** Give the file's tests a database with the routes' environment, and an admin. */
export function useApi(): void {
  let api: Awaited<ReturnType<typeof openApi>>;
  beforeAll(async () => {
    api = await openApi();
    ({ database } = api);
    admin = await aPerson(database, { role: "admin", scopes: ["admin"] });
  });
  afterAll(() => api.close());
}

/** Make a person with a key of these scopes. */
export async function aPerson(
  database: Database,
  {
    role = "user",
    scopes = ["inference", "account"],
  }: { role?: "user" | "admin"; scopes?: ApiKeyInput["scopes"] } = {},
): Promise<Person> {
  const ctx = systemCtx("test", nowMs());
  const email = `${randomText(12)}@example.test`;
  return database.inTransaction(async (tx) => {
    const user = await createUser(tx, ctx, { email, passwordHash: null, role });
    const { key, secret } = await createApiKey(tx, ctx, {
      userId: user.id,
      mayGiveAdmin: true,
      key: {
        name: "test",
        scopes,
        billing_mode: "token",
        models: [],
        ips: [],
        channels: [],
        supply: "official",
        expires_at: null,
      },
    });
    return { user, id: toPublicId("user", user.id), key: secret, keyId: toPublicId("apiKey", key.id) };
  });
}

/** Sign a person in: the cookie that their browser sends. */
export async function aCookie(database: Database, person: Person): Promise<string> {
  const { encode } = await import("next-auth/jwt");
  const ctx = systemCtx("test", nowMs());
  const session = await database.inTransaction((tx) =>
    createSession(tx, ctx, { userId: person.user.id, userAgent: "test" }),
  );
  return `scrip-session=${await encode({ token: { sid: session.id }, secret: SECRET })}`;
}

export type Call = {
  as?: string | null;
  body?: object | string;
  query?: Record<string, string>;
  params?: Record<string, string>;
  headers?: Record<string, string>;
};

/** Call a route as Next would. Its path is only what idempotency and filters see of it. */
export async function call(method: string, path: string, handler: Route, options: Call = {}): Promise<Reply> {
  const { as, body, query, params = {}, headers = {} } = options;
  const url = new URL(`/api/v1${path}`, APP_URL);
  url.search = new URLSearchParams(query).toString();
  const response = await handler(
    new Request(url, {
      method,
      headers: { ...(as && { authorization: `Bearer ${as}` }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
    { params: Promise.resolve(params) },
  );
  const text = await response.text();
  const isJson =
    response.headers.get("content-type")?.includes("json") && !response.headers.get("content-type")?.includes("nd");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}
