import { bumpConfig, type Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";

/** A key or an account that changed, and the version of the configuration that did it. */
export type AccessChange = { id: Uuid; version: bigint };

/** Tell gateways, as of this transaction's commit, that this key or account changed, and nobody else. */
export async function publishAccessChange(tx: Tx, changed: { apiKeyId: Uuid } | { userId: Uuid }): Promise<void> {
  await bumpConfig(tx, "keys");
  // The version's row is locked until the commit: versions become visible in their order.
  if ("apiKeyId" in changed) {
    await queries(tx).$executeRaw`
      update api_key set changed_version = (select keys from books.config_version) where id = ${changed.apiKeyId}::uuid`;
  } else {
    await queries(tx).$executeRaw`
      update "user" set changed_version = (select keys from books.config_version) where id = ${changed.userId}::uuid`;
  }
}

/** Keys and accounts that changed after a version, at most `limit` of each. */
export async function listAccessChanges(reader: Tx, after: bigint, limit: number): Promise<AccessChange[]> {
  return queries(reader).$queryRaw<AccessChange[]>`
    (select id::text, changed_version as version from api_key where changed_version > ${after} limit ${limit})
    union all
    (select id::text, changed_version from "user" where changed_version > ${after} limit ${limit})`;
}
