import { createHash } from "node:crypto";
import { bumpConfig, type Tx } from "../db";
import { type Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";
import { type ApiKeyInput, type ApiKeyPatch, BillingMode, Role, Scope, Supply, UserLimits } from "./schemas";

/** An API key without its secret, which nobody has but its owner. */
export type ApiKey = {
  id: Uuid;
  userId: Uuid;
  name: string;
  /** The last four characters of the secret, to tell keys apart. */
  last4: string;
  scopes: Scope[];
  billingMode: BillingMode;
  /** Model ids that it may use; empty means all. */
  models: string[];
  /** Addresses and CIDR ranges that may use it; empty means all. */
  ips: string[];
  /** Channels that it is pinned to; empty means all. */
  channels: string[];
  supply: Supply;
  expiresMs: number | null;
  lastUsedMs: number | null;
  createdMs: number;
};

/** What a gateway must know to admit a request: the key and its owner. */
export type ApiKeyAccess = {
  key: ApiKey;
  user: {
    id: Uuid;
    walletId: bigint;
    role: Role;
    suspendedMs: number | null;
    tier: string | null;
    limits: UserLimits | null;
    timeZone: string;
  };
};

/** The part of a key that its owner chooses. */
export type ApiKeyFields = Pick<
  ApiKey,
  "name" | "scopes" | "billingMode" | "models" | "ips" | "channels" | "supply" | "expiresMs"
>;

/** The SHA-256 of a secret, by which its key is found. */
export const hashApiKeySecret = (secret: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash("sha256").update(secret).digest());

/** A request's members as a key's fields; absent ones stay absent. */
export function toApiKeyFields(input: ApiKeyInput): ApiKeyFields;
export function toApiKeyFields(input: ApiKeyPatch): Partial<ApiKeyFields>;
export function toApiKeyFields(input: ApiKeyPatch): Partial<ApiKeyFields> {
  const { name, models, ips, channels, supply, billing_mode: billingMode, expires_at: expiresAt, scopes } = input;
  const expiresMs = expiresAt === undefined || expiresAt === null ? expiresAt : Date.parse(expiresAt);
  return { name, models, ips, channels, supply, billingMode, expiresMs, scopes: scopes && [...new Set(scopes)] };
}

/** Whether a key may be used where a scope is asked for: `admin` includes the others, for as long as its owner is one. */
export function hasScope({ key, user }: ApiKeyAccess, scope: Scope): boolean {
  const isAdmin = key.scopes.includes("admin") && user.role === "admin";
  return isAdmin || (scope !== "admin" && key.scopes.includes(scope));
}

type Row = Prisma.api_keyGetPayload<object>;
const ACCESS = {
  id: true,
  walletId: true,
  role: true,
  suspendedAt: true,
  tier: true,
  limits: true,
  timeZone: true,
} as const;

function toApiKey(row: Row): ApiKey {
  return {
    id: row.id as Uuid, // the columns' type
    userId: row.userId as Uuid,
    name: row.name,
    last4: row.last4,
    scopes: row.scopes.map((scope) => Scope.parse(scope)),
    billingMode: BillingMode.parse(row.billingMode),
    models: row.models,
    ips: row.ips,
    channels: row.channels,
    supply: Supply.parse(row.supply),
    expiresMs: row.expiresAt && row.expiresAt.getTime(),
    lastUsedMs: row.lastUsedAt && row.lastUsedAt.getTime(),
    createdMs: row.createdAt.getTime(),
  };
}

const toColumns = ({ expiresMs, ...columns }: Partial<ApiKeyFields>) => ({
  ...columns,
  ...(expiresMs !== undefined && { expiresAt: expiresMs === null ? null : new Date(expiresMs) }),
});

export type NewApiKey = ApiKeyFields & {
  id: Uuid;
  userId: Uuid;
  hash: Uint8Array<ArrayBuffer>;
  last4: string;
  createdMs: number;
};

export async function insertApiKey(
  tx: Tx,
  { id, userId, hash, last4, createdMs, ...fields }: NewApiKey,
): Promise<ApiKey> {
  const { name, scopes, billingMode, models, ips, channels, supply, expiresMs } = fields;
  const row = await queries(tx).api_key.create({
    data: {
      id,
      userId,
      hash,
      last4,
      createdAt: new Date(createdMs),
      name,
      scopes,
      billingMode,
      models,
      ips,
      channels,
      supply,
      expiresAt: expiresMs === null ? null : new Date(expiresMs),
    },
  });
  return toApiKey(row);
}

/** A user's key that isn't revoked. */
export async function readApiKey(reader: Tx, userId: Uuid, id: Uuid): Promise<ApiKey | null> {
  const row = await queries(reader).api_key.findFirst({ where: { id, userId, revokedAt: null } });
  return row && toApiKey(row);
}

/** Hold off other changes of a user's key until this transaction has ended. */
export async function lockApiKey(tx: Tx, userId: Uuid, id: Uuid): Promise<void> {
  await queries(tx).$queryRaw`select 1 from api_key where id = ${id}::uuid and user_id = ${userId}::uuid for update`;
}

/** Keys that aren't revoked, newest first, after a place in the list. */
export async function readApiKeys(
  reader: Tx,
  userId: Uuid,
  page: { limit: number; after: { createdMs: number; id: Uuid } | null },
): Promise<ApiKey[]> {
  const { after, limit } = page;
  const at = after && new Date(after.createdMs);
  const rows = await queries(reader).api_key.findMany({
    where: {
      userId,
      revokedAt: null,
      ...(at && { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: after.id } }] }),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(toApiKey);
}

/** The key of that hash with its owner, unless it is revoked. */
export async function readApiKeyAccess(reader: Tx, hash: Uint8Array<ArrayBuffer>): Promise<ApiKeyAccess | null> {
  const row = await queries(reader).api_key.findUnique({ where: { hash }, include: { user: { select: ACCESS } } });
  if (!row || row.revokedAt) return null;
  const { user, ...key } = row;
  return {
    key: toApiKey(key),
    user: {
      id: user.id as Uuid, // the column's type
      walletId: user.walletId,
      role: Role.parse(user.role),
      suspendedMs: user.suspendedAt && user.suspendedAt.getTime(),
      tier: user.tier,
      limits: user.limits === null ? null : UserLimits.parse(user.limits),
      timeZone: user.timeZone,
    },
  };
}

/** Whether there was a key of that hash, which is revoked. */
export async function readIsRevoked(reader: Tx, hash: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const row = await queries(reader).api_key.findUnique({ where: { hash }, select: { revokedAt: true } });
  return row !== null && row.revokedAt !== null;
}

/** Change a user's key that isn't revoked; `null` where there is none. */
export async function writeApiKey(
  tx: Tx,
  userId: Uuid,
  id: Uuid,
  change: Partial<ApiKeyFields> & { hash?: Uint8Array<ArrayBuffer>; last4?: string; revokedMs?: number },
): Promise<ApiKey | null> {
  const { revokedMs, ...fields } = change;
  const rows = await queries(tx).api_key.updateManyAndReturn({
    where: { id, userId, revokedAt: null },
    data: { ...toColumns(fields), ...(revokedMs !== undefined && { revokedAt: new Date(revokedMs) }) },
  });
  return rows[0] ? toApiKey(rows[0]) : null;
}

/** Note when keys were last used; an earlier time than the one noted changes nothing. */
export async function writeLastUsed(tx: Tx, uses: readonly { id: Uuid; atMs: number }[]): Promise<void> {
  const ids = uses.map(({ id }) => id);
  const times = uses.map(({ atMs }) => new Date(atMs));
  await queries(tx).$executeRaw`
    update api_key k set last_used_at = u.at
    from unnest(${ids}::uuid[], ${times}::timestamptz[]) as u (id, at)
    where k.id = u.id and (k.last_used_at is null or k.last_used_at < u.at)`;
}

/** A key or an account that changed, and the version of the configuration that did it. */
export type AccessChange = { id: Uuid; version: bigint };

/** Tell gateways, as of this transaction's commit, that this key or account changed, and nobody else. */
export async function publishAccessChange(tx: Tx, changed: { apiKeyId: Uuid } | { userId: Uuid }): Promise<void> {
  await bumpConfig(tx, "keys");
  // The version's row is locked until the commit: versions become visible in their order.
  if ("apiKeyId" in changed) {
    await queries(tx).$executeRaw`
      update api_key set changed_version = (select keys from books.config_version) where id = ${changed.apiKeyId}::uuid`;
  } else {
    await queries(tx).$executeRaw`
      update "user" set changed_version = (select keys from books.config_version) where id = ${changed.userId}::uuid`;
  }
}

/** Keys and accounts that changed after a version, at most `limit` of each. */
export async function listAccessChanges(reader: Tx, after: bigint, limit: number): Promise<AccessChange[]> {
  return queries(reader).$queryRaw<AccessChange[]>`
    (select id::text, changed_version as version from api_key where changed_version > ${after} limit ${limit})
    union all
    (select id::text, changed_version from "user" where changed_version > ${after} limit ${limit})`;
}
