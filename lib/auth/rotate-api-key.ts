import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { newApiKeySecret, type Uuid } from "../ids";
import { hashApiKeySecret, type ApiKey } from "./api-key";
import { writeApiKey } from "./api-key.store";
import { requireGivable } from "./create-api-key";
import { getApiKey, noSuchApiKey } from "./get-api-key";

/**
 * Give a key a new secret; the old one ends at once. Name, limits and history stay.
 *
 * Errors: `not_found` where it isn't the user's, `forbidden` for one with a scope that isn't the caller's to give: whoever
 * has the new secret has its scopes.
 */
export async function rotateApiKey(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; apiKeyId: Uuid; mayGiveAdmin: boolean },
): Promise<{ key: ApiKey; secret: string }> {
  const { scopes } = await getApiKey(tx, input);
  requireGivable(scopes, input.mayGiveAdmin);
  const secret = newApiKeySecret();
  const change = { hash: hashApiKeySecret(secret), last4: secret.slice(-4) };
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, change);
  if (!key) throw noSuchApiKey();
  await bumpConfig(tx, "keys");
  return { key, secret };
}
