import { text } from "node:stream/consumers";
import * as z from "zod";
import {
  ApiKeyInput,
  createApiKey,
  createUser,
  ensureAdmin,
  findApiKeyByHash,
  hashApiKeySecret,
  hashPassword,
  listApiKeys,
  listUsers,
} from "../../lib/auth";
import type { User } from "../../lib/auth";
import { systemCtx, type Ctx } from "../../lib/ctx";
import { useDatabase, type Database } from "../../lib/db";
import { jobsEnv, toolEnv } from "../../lib/env";
import { newUuid } from "../../lib/ids";
import { creditWallet } from "../../lib/ledger";
import { micros, MICROS_PER_CREDIT } from "../../lib/money";
import { addPoolKey } from "../../lib/pool";
import { DEMO_SETTINGS, updateSettings } from "../../lib/settings";
import { nowMs } from "../../lib/time";
import { SecretText, useVault } from "../../lib/vault";
import { seedCatalogue } from "../../prisma/seed/seed-catalogue";
import { runTask } from "../run-task";

// Runs at each start, after the migrations: seeds the demo on an empty database, and sees to the admin that the
// environment names. What it writes to standard output is shown to whoever started Scrip.

const Input = z.object({
  mode: z.enum(["demo", "production"]),
  admin: z.object({ email: z.string().nullable(), password: z.string().nullable(), apiKey: z.string().nullable() }),
  /** A supplier's key for each channel that has somebody to serve it. */
  supplierKeys: z.record(z.string(), z.string()),
  accounts: z.array(z.object({ email: z.string(), password: z.string(), role: z.enum(["user", "admin"]) })),
});
type Input = z.infer<typeof Input>;

const CONNECTIONS = 2;
/** What the demo's buyer has to begin with, so that a newcomer can spend before there is a shop. */
const OPENING_CREDITS = 1_000n;
const OPENED = "ada@scrip.local";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function seedDemo(database: Database, ctx: Ctx, { accounts, supplierKeys }: Input): Promise<void> {
  await database.inTransaction((tx) => updateSettings(tx, ctx, DEMO_SETTINGS));
  await database.inTransaction((tx) => seedCatalogue(tx, ctx));
  useVault(jobsEnv().masterKeys);
  for (const [channelId, secret] of Object.entries(supplierKeys)) {
    const key = { channelId, secret: new SecretText(secret), quotaNanos: null };
    await database.inTransaction((tx) => addPoolKey(tx, ctx, key));
  }
  const advanceLimitMicros = micros(BigInt(DEMO_SETTINGS.advance_limit) * MICROS_PER_CREDIT);
  for (const { email, password, role } of accounts) {
    const passwordHash = await hashPassword(password);
    const account = { email, passwordHash, role, isEmailVerified: true, advanceLimitMicros };
    const user = await database.inTransaction((tx) => createUser(tx, ctx, account));
    if (email === OPENED) await openWithCredits(database, ctx, user);
  }
  say(`seeded the demo: the catalogue, and ${accounts.length} accounts, ${OPENED} with ${OPENING_CREDITS} credits`);
}

async function openWithCredits(database: Database, ctx: Ctx, user: User): Promise<void> {
  await database.inTransaction((tx) =>
    creditWallet(tx, ctx, {
      scope: "bootstrap",
      key: `opening:${user.id}`,
      requestHash: Buffer.from(String(OPENING_CREDITS)),
      transfer: newUuid(ctx.nowMs),
      kind: "grant",
      wallet: user.walletId,
      memo: "Opening credits of the demo",
      source: "promo",
      amountMicros: micros(OPENING_CREDITS * MICROS_PER_CREDIT),
    }),
  );
}

/** The admin of ADMIN_EMAIL and ADMIN_PASSWORD, and their key of scope admin. */
async function ensureNamedAdmin(database: Database, ctx: Ctx, { admin, accounts }: Input): Promise<void> {
  const email = admin.email ?? accounts.find(({ role }) => role === "admin")?.email;
  if (email === undefined) {
    const isEmpty = (await listUsers(database.reader, { limit: 1, after: null, search: null })).length === 0;
    if (isEmpty) say("nobody can sign in as an admin yet: `npm run admin:create -- you@example.com` makes one");
    return;
  }
  const passwordHash = admin.password === null ? null : await hashPassword(admin.password);
  const user = await database.inTransaction((tx) => ensureAdmin(tx, ctx, { email, passwordHash }));
  if (admin.apiKey !== null) await ensureAdminKey(database, ctx, user, admin.apiKey);
  else await makeFirstAdminKey(database, ctx, user);
}

const ADMIN_KEY = { scopes: ["admin" as const] };

/** The key that the environment names is the admin's, whatever else they have. */
async function ensureAdminKey(database: Database, ctx: Ctx, user: User, secret: string): Promise<void> {
  if (await findApiKeyByHash(database.reader, hashApiKeySecret(secret))) return;
  const key = ApiKeyInput.parse({ ...ADMIN_KEY, name: "ADMIN_API_KEY" });
  await database.inTransaction((tx) => createApiKey(tx, ctx, { userId: user.id, key, secret, mayGiveAdmin: true }));
}

/** Where the environment names none, an admin without a key gets one, which is shown this once. */
async function makeFirstAdminKey(database: Database, ctx: Ctx, user: User): Promise<void> {
  const keys = await listApiKeys(database.reader, { userId: user.id, limit: 100, after: null });
  if (keys.some(({ scopes }) => scopes.includes("admin"))) return;
  const key = ApiKeyInput.parse({ ...ADMIN_KEY, name: "First admin key" });
  const made = await database.inTransaction((tx) =>
    createApiKey(tx, ctx, { userId: user.id, key, mayGiveAdmin: true }),
  );
  say(`an API key of scope admin, shown this once: ${made.secret}`);
}

await runTask(async () => {
  const input = Input.parse(JSON.parse(await text(process.stdin)));
  const database = useDatabase(toolEnv().databaseUrl, CONNECTIONS);
  try {
    const ctx = systemCtx("bootstrap", nowMs());
    const isEmpty = (await listUsers(database.reader, { limit: 1, after: null, search: null })).length === 0;
    if (input.mode === "demo" && isEmpty) await seedDemo(database, ctx, input);
    await ensureNamedAdmin(database, ctx, input);
  } finally {
    await database.close();
  }
});
