import type { Tx } from "../db";
import type { ApiKeyAccess } from "./api-key";
import { readApiKeyAccess } from "./api-key.store";

/**
 * The key whose secret has that SHA-256, with what admission needs of its owner; `null` where there is none, or it is
 * revoked. Expiry, suspension and allow-lists are the caller's to check: each has an answer of its own.
 */
export function findApiKeyByHash(reader: Tx, hash: Uint8Array<ArrayBuffer>): Promise<ApiKeyAccess | null> {
  return readApiKeyAccess(reader, hash);
}
