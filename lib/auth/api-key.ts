import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import { addressMatcher } from "../http";
import { newApiKeySecret, newUuid, type Uuid } from "../ids";
import {
  type ApiKey,
  type ApiKeyAccess,
  hashApiKeySecret,
  hasScope,
  insertApiKey,
  lockApiKey,
  publishAccessChange,
  readApiKey,
  readApiKeyAccess,
  readApiKeys,
  readIsRevoked,
  toApiKeyFields,
  writeApiKey,
  writeLastUsed,
} from "./api-key.store";
import { boundsOf, type KeyBounds, requireWithin } from "./key-bounds";
import type { ApiKeyInput, ApiKeyPatch, Scope } from "./schemas";
import { getUser } from "./user";

/** Whether an address is one of those, or in one of those ranges; everything is where there are none. */
export function isAddressAllowed(ranges: readonly string[], address: string): boolean {
  return ranges.length === 0 || addressMatcher(ranges)(address);
}

/**
 * The key whose secret has that SHA-256, with what admission needs of its owner; `null` where there is none, or it is
 * revoked. Expiry, suspension and allow-lists are the caller's to check: each has an answer of its own.
 */
export function findApiKeyByHash(reader: Tx, hash: Uint8Array<ArrayBuffer>): Promise<ApiKeyAccess | null> {
  return readApiKeyAccess(reader, hash);
}

/** The refusal for a key that doesn't exist, is revoked or is another's: one answer for all three. */
const noSuchApiKey = (): ScripError => new ScripError("not_found", "There is no such API key.");

/** A user's key. Errors: `not_found` where it doesn't exist, is revoked, or is another's. */
export async function getApiKey(reader: Tx, input: { userId: Uuid; apiKeyId: Uuid }): Promise<ApiKey> {
  const key = await readApiKey(reader, input.userId, input.apiKeyId);
  if (!key) throw noSuchApiKey();
  return key;
}

/** At most `limit` of a user's keys that aren't revoked, newest first, after a place in the list. */
export function listApiKeys(
  reader: Tx,
  input: { userId: Uuid; limit: number; after: { createdMs: number; id: Uuid } | null },
): Promise<ApiKey[]> {
  return readApiKeys(reader, input.userId, input);
}

/** What an operator's key of scope `admin` is good for: it works, it was revoked, or it is no admin's, or not now. */
export type AdminKeyState = "working" | "revoked" | "powerless";

/** How it stands with a key that an operator names as an admin's; `null` where there never was one of this secret. */
export async function findAdminKey(reader: Tx, nowMs: number, secret: string): Promise<AdminKeyState | null> {
  const hash = hashApiKeySecret(secret);
  const access = await readApiKeyAccess(reader, hash);
  if (!access) return (await readIsRevoked(reader, hash)) ? "revoked" : null;
  const { expiresMs } = access.key;
  const isAlive = access.user.suspendedMs === null && (expiresMs === null || expiresMs > nowMs);
  return isAlive && hasScope(access, "admin") ? "working" : "powerless";
}

export type CreateApiKey = {
  userId: Uuid;
  key: ApiKeyInput;
  /** Whether who asks may give the scope `admin`; it works only on an admin's key. */
  mayGiveAdmin: boolean;
  /** The bounds of the key that asks; left out where a person or an operator does. */
  maker?: KeyBounds | null;
  /** A secret chosen by the operator (`ADMIN_API_KEY`) instead of a new one. */
  secret?: string;
};

/** Stops a scope that isn't the caller's to give. Errors: `forbidden`. */
function requireGivable(scopes: readonly Scope[], mayGiveAdmin: boolean): void {
  if (scopes.includes("admin") && !mayGiveAdmin) {
    throw new ScripError("forbidden", "Only an admin may give a key the scope admin.");
  }
}

/**
 * Make an API key. Its secret is in this result and nowhere else, ever.
 *
 * Errors: `not_found` where there is no such user, `forbidden` for a scope that isn't the caller's to give, and for what goes
 * beyond the bounds of the key that asks.
 */
export async function createApiKey(tx: Tx, ctx: Ctx, input: CreateApiKey): Promise<{ key: ApiKey; secret: string }> {
  const fields = toApiKeyFields(input.key);
  requireGivable(fields.scopes, input.mayGiveAdmin);
  requireWithin(input.maker ?? null, fields);
  const user = await getUser(tx, input.userId);
  const secret = input.secret ?? newApiKeySecret();
  const key = await insertApiKey(tx, {
    ...fields,
    id: newUuid(ctx.nowMs),
    userId: user.id,
    hash: hashApiKeySecret(secret),
    last4: secret.slice(-4),
    createdMs: ctx.nowMs,
  });
  await publishAccessChange(tx, { apiKeyId: key.id });
  return { key, secret };
}

/**
 * Change a key's name, scopes and limits; what the patch leaves out stays.
 *
 * Errors: `not_found` where it isn't the user's, `forbidden` for a scope that isn't the caller's to give, and for
 * what widens it beyond the bounds of the key that asks.
 */
export async function updateApiKey(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; apiKeyId: Uuid; patch: ApiKeyPatch; mayGiveAdmin: boolean; maker?: KeyBounds | null },
): Promise<ApiKey> {
  requireGivable(input.patch.scopes ?? [], input.mayGiveAdmin);
  const change = toApiKeyFields(input.patch);
  if (input.maker) {
    await lockApiKey(tx, input.userId, input.apiKeyId);
    requireWithin(input.maker, change, await getApiKey(tx, input));
  }
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, change);
  if (!key) throw noSuchApiKey();
  await publishAccessChange(tx, { apiKeyId: key.id });
  return key;
}

/**
 * Give a key a new secret; the old one ends at once. Name, limits and history stay.
 *
 * Errors: `not_found` where it isn't the user's, `forbidden` for one with a scope that isn't the caller's to give, or wider
 * than the key that asks: whoever has the new secret has what it may.
 */
export async function rotateApiKey(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; apiKeyId: Uuid; mayGiveAdmin: boolean; maker?: KeyBounds | null },
): Promise<{ key: ApiKey; secret: string }> {
  await lockApiKey(tx, input.userId, input.apiKeyId);
  const present = await getApiKey(tx, input);
  requireGivable(present.scopes, input.mayGiveAdmin);
  requireWithin(input.maker ?? null, boundsOf(present, true));
  const secret = newApiKeySecret();
  const change = { hash: hashApiKeySecret(secret), last4: secret.slice(-4) };
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, change);
  if (!key) throw noSuchApiKey();
  await publishAccessChange(tx, { apiKeyId: key.id });
  return { key, secret };
}

/** End a key for good. Errors: `not_found` where it isn't the user's, or has ended. */
export async function revokeApiKey(tx: Tx, ctx: Ctx, input: { userId: Uuid; apiKeyId: Uuid }): Promise<ApiKey> {
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, { revokedMs: ctx.nowMs });
  if (!key) throw noSuchApiKey();
  await publishAccessChange(tx, { apiKeyId: key.id });
  return key;
}

/** Note when keys were last used, many at a time: callers gather uses for some seconds. Nobody's cache is told. */
export async function touchApiKeys(tx: Tx, _ctx: Ctx, uses: readonly { id: Uuid; atMs: number }[]): Promise<void> {
  if (uses.length > 0) await writeLastUsed(tx, uses);
}
