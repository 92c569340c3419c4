import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import { newApiKeySecret, type Uuid } from "../ids";
import { hashApiKeySecret, type ApiKey } from "./api-key";
import { lockApiKey, writeApiKey } from "./api-key.store";
import { requireGivable } from "./create-api-key";
import { getApiKey, noSuchApiKey } from "./get-api-key";
import { boundsOf, type KeyBounds, requireWithin } from "./key-bounds";

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
