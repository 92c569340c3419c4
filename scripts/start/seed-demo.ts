import { createUser, findUserByEmail, hashPassword, listUsers } from "../../lib/auth";
import { listModels } from "../../lib/catalog";
import type { Ctx } from "../../lib/ctx";
import type { Database, Tx } from "../../lib/db";
import { newUuid } from "../../lib/ids";
import { creditWallet } from "../../lib/ledger";
import { micros, MICROS_PER_CREDIT } from "../../lib/money";
import { addPoolKey, isKeyInPool, knownKeyFingerprints } from "../../lib/pool";
import { DEMO_SETTINGS, updateSettings } from "../../lib/settings";
import { SecretText } from "../../lib/vault";
import { seedCatalogue } from "../../prisma/seed/seed-catalogue";
import type { DemoAccount } from "./secrets";

export type DemoSeed = {
  readonly accounts: readonly DemoAccount[];
  /** A supplier's key for each channel that has somebody to serve it. */
  readonly supplierKeys: Readonly<Record<string, string>>;
};

/** What the demo's buyer has to begin with, so that a newcomer can spend before buying anything. */
const OPENING_CREDITS = 1_000n;
const OPENED = "ada@scrip.local";

/**
 * Seed the demo in an empty database, or what is missing of one that was begun there: a start may be ended between any two
 * steps. What is there stays as it is. Answers what to report. The process's vault is open.
 */
export async function seedDemo(database: Database, ctx: Ctx, { accounts, supplierKeys }: DemoSeed): Promise<string[]> {
  const missing = await missingAccounts(database.reader, accounts);
  const isEmpty = (await listUsers(database.reader, { limit: 1, after: null, search: null })).length === 0;
  // Somebody else's database, which isn't ours to fill.
  if (!isEmpty && missing.length === accounts.length) return [];
  await database.inTransaction((tx) => seedSettings(tx, ctx));
  for (const [channelId, secret] of Object.entries(supplierKeys)) {
    await database.inTransaction((tx) => seedPoolKey(tx, ctx, channelId, new SecretText(secret)));
  }
  for (const account of missing) await seedAccount(database, ctx, account);
  if (missing.length === 0) return [];
  return [`seeded the demo: the catalogue, and ${accounts.length} accounts, ${OPENED} with ${OPENING_CREDITS} credits`];
}

async function missingAccounts(reader: Tx, accounts: readonly DemoAccount[]): Promise<DemoAccount[]> {
  const found = await Promise.all(accounts.map(({ email }) => findUserByEmail(reader, email)));
  return accounts.filter((_, index) => found[index] === null);
}

/** The catalogue comes with the settings: where there is one, an admin may have changed them since. */
async function seedSettings(tx: Tx, ctx: Ctx): Promise<void> {
  if ((await listModels(tx, { limit: 1 })).length > 0) return;
  await updateSettings(tx, ctx, DEMO_SETTINGS);
  await seedCatalogue(tx, ctx);
}

/** A key for a channel of the seed, which is named after its provider. */
async function seedPoolKey(tx: Tx, ctx: Ctx, channelId: string, secret: SecretText): Promise<void> {
  if (await isKeyInPool(tx, knownKeyFingerprints(channelId, secret))) return;
  await addPoolKey(tx, ctx, { channelId, secret, quotaNanos: null });
}

/** An account, and the opening credits of who begins with some, at once: neither is ever made twice. */
async function seedAccount(database: Database, ctx: Ctx, { email, password, role }: DemoAccount): Promise<void> {
  const passwordHash = await hashPassword(password);
  await database.inTransaction(async (tx) => {
    const user = await createUser(tx, ctx, { email, passwordHash, role, isEmailVerified: true });
    if (email !== OPENED) return;
    await creditWallet(tx, ctx, {
      scope: "bootstrap",
      key: `opening:${user.id}`,
      requestHash: Buffer.from(String(OPENING_CREDITS)),
      transfer: newUuid(ctx.nowMs),
      kind: "grant",
      wallet: user.walletId,
      memo: "Opening credits of the demo",
      source: "promo",
      amountMicros: micros(OPENING_CREDITS * MICROS_PER_CREDIT),
    });
  });
}
