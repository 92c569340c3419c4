import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { ApiKey } from "./api-key";
import { readApiKey } from "./api-key.store";

/** The refusal for a key that doesn't exist, is revoked or is another's: one answer for all three. */
export const noSuchApiKey = (): ScripError => new ScripError("not_found", "There is no such API key.");

/** A user's key. Errors: `not_found` where it doesn't exist, is revoked, or is another's. */
export async function getApiKey(reader: Tx, input: { userId: Uuid; apiKeyId: Uuid }): Promise<ApiKey> {
  const key = await readApiKey(reader, input.userId, input.apiKeyId);
  if (!key) throw noSuchApiKey();
  return key;
}
