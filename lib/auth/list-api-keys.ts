import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { ApiKey } from "./api-key";
import { readApiKeys } from "./api-key.store";

/** At most `limit` of a user's keys that aren't revoked, newest first, after a place in the list. */
export function listApiKeys(
  reader: Tx,
  input: { userId: Uuid; limit: number; after: { createdMs: number; id: Uuid } | null },
): Promise<ApiKey[]> {
  return readApiKeys(reader, input.userId, input);
}
