import {
  ApiKeyInput,
  createApiKey,
  createUser,
  ensureAdmin,
  findAdminKey,
  findUserByEmail,
  hashPassword,
  isCommonPassword,
  listApiKeys,
  listUsers,
  OPERATOR_EMAIL,
  type User,
} from "../../lib/auth";
import type { Ctx } from "../../lib/ctx";
import type { Database, Tx } from "../../lib/db";
import { Stop } from "../console";

/** The admin that an operator names: ADMIN_EMAIL, ADMIN_PASSWORD and ADMIN_API_KEY, or the demo's own. */
export type NamedAdmin = {
  readonly email: string | null;
  readonly password: string | null;
  readonly apiKey: string | null;
};

const UNUSABLE = {
  revoked: "it was revoked, and stays so",
  powerless: "it is no key of scope admin of an admin who isn't suspended, or it has expired",
} as const;

/**
 * See to the admin that the operator names, and to their API key; without one named, to a key at the first start. Answers
 * what to report. A key that an admin revoked, or took rights from, is left as it is: it may have leaked.
 *
 * All in one transaction, since a start may be ended: an operator's account without its key would stay without.
 *
 * Errors: `Stop` where the operator's account is somebody's.
 */
export async function ensureNamedAdmin(database: Database, ctx: Ctx, admin: NamedAdmin): Promise<string[]> {
  // A password's hash takes longer than a transaction should be open.
  const passwordHash = admin.password === null ? null : await hashPassword(admin.password);
  return database.inTransaction(async (tx) => {
    const isFirst = (await listUsers(tx, { limit: 1, after: null, search: null })).length === 0;
    const user = admin.email === null ? null : await ensureAdmin(tx, ctx, { email: admin.email, passwordHash });
    const said =
      user === null && isFirst ? ["nobody can sign in as an admin yet: `npm run admin:create -- you@example.com`"] : [];
    if (admin.password !== null && isCommonPassword(admin.password))
      said.push("ADMIN_PASSWORD is one of the most common passwords: set another one");
    if (admin.apiKey !== null) return [...said, ...(await ensureAdminKey(tx, ctx, user, admin.apiKey))];
    if (user === null && !isFirst) return said;
    return [...said, ...(await makeFirstAdminKey(tx, ctx, user ?? (await ensureOperator(tx, ctx))))];
  });
}

async function ensureOperator(tx: Tx, ctx: Ctx): Promise<User> {
  const found = await findUserByEmail(tx, OPERATOR_EMAIL);
  if (found?.role === "admin") return found;
  // Whoever has this address from a time when people could must not become an admin by it.
  if (found)
    throw new Stop(`${OPERATOR_EMAIL} is somebody's account: name the admin whose key it shall be in ADMIN_EMAIL`);
  return createUser(tx, ctx, { email: OPERATOR_EMAIL, passwordHash: null, role: "admin", name: "Operator" });
}

const ADMIN_KEY = { scopes: ["admin" as const] };

/** The key that the environment names is the admin's, whatever else they have. */
async function ensureAdminKey(tx: Tx, ctx: Ctx, user: User | null, secret: string): Promise<string[]> {
  const state = await findAdminKey(tx, ctx.nowMs, secret);
  if (state === "working") return [];
  if (state) return [`ADMIN_API_KEY gives nobody an admin's rights: ${UNUSABLE[state]}. Name another one.`];
  const { id: userId } = user ?? (await ensureOperator(tx, ctx));
  const key = ApiKeyInput.parse({ ...ADMIN_KEY, name: "ADMIN_API_KEY" });
  await createApiKey(tx, ctx, { userId, key, secret, mayGiveAdmin: true });
  return [];
}

/** Where the environment names none, an admin without a key gets one, which is shown this once. */
async function makeFirstAdminKey(tx: Tx, ctx: Ctx, user: User): Promise<string[]> {
  const keys = await listApiKeys(tx, { userId: user.id, limit: 100, after: null });
  if (keys.some(({ scopes }) => scopes.includes("admin"))) return [];
  const key = ApiKeyInput.parse({ ...ADMIN_KEY, name: "First admin key" });
  const made = await createApiKey(tx, ctx, { userId: user.id, key, mayGiveAdmin: true });
  return [`an API key of scope admin, shown this once: ${made.secret}`];
}
