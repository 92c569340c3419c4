import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import type { Uuid } from "../ids";
import { toApiKeyFields, type ApiKey } from "./api-key";
import { lockApiKey, writeApiKey } from "./api-key.store";
import { requireGivable } from "./create-api-key";
import { getApiKey, noSuchApiKey } from "./get-api-key";
import { type KeyBounds, requireWithin } from "./key-bounds";
import type { ApiKeyPatch } from "./schemas";

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
