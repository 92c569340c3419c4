import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import { ScripError } from "../errors";
import { newApiKeySecret, newUuid, type Uuid } from "../ids";
import { hashApiKeySecret, toApiKeyFields, type ApiKey } from "./api-key";
import { insertApiKey } from "./api-key.store";
import { getUser } from "./get-user";
import { type KeyBounds, requireWithin } from "./key-bounds";
import type { ApiKeyInput, Scope } from "./schemas";

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
export function requireGivable(scopes: readonly Scope[], mayGiveAdmin: boolean): void {
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
