import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import type { Uuid } from "../ids";
import { toApiKeyFields, type ApiKey } from "./api-key";
import { writeApiKey } from "./api-key.store";
import { requireGivable } from "./create-api-key";
import { noSuchApiKey } from "./get-api-key";
import type { ApiKeyPatch } from "./schemas";

/**
 * Change a key's name, scopes and limits; what the patch leaves out stays.
 *
 * Errors: `not_found` where it isn't the user's, `forbidden` for a scope that isn't the caller's to give.
 */
export async function updateApiKey(
  tx: Tx,
  _ctx: Ctx,
  input: { userId: Uuid; apiKeyId: Uuid; patch: ApiKeyPatch; mayGiveAdmin: boolean },
): Promise<ApiKey> {
  requireGivable(input.patch.scopes ?? [], input.mayGiveAdmin);
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, toApiKeyFields(input.patch));
  if (!key) throw noSuchApiKey();
  await bumpConfig(tx, "keys");
  return key;
}
