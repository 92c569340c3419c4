import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { publishAccessChange } from "./access-changes.store";
import type { Uuid } from "../ids";
import type { ApiKey } from "./api-key";
import { writeApiKey } from "./api-key.store";
import { noSuchApiKey } from "./get-api-key";

/** End a key for good. Errors: `not_found` where it isn't the user's, or has ended. */
export async function revokeApiKey(tx: Tx, ctx: Ctx, input: { userId: Uuid; apiKeyId: Uuid }): Promise<ApiKey> {
  const key = await writeApiKey(tx, input.userId, input.apiKeyId, { revokedMs: ctx.nowMs });
  if (!key) throw noSuchApiKey();
  await publishAccessChange(tx, { apiKeyId: key.id });
  return key;
}
