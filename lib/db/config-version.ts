import { assert } from "../errors";
import type { Tx } from "./tx";
import { queries } from "./models";

/** The kinds of configuration that gateways keep in memory. */
export type ConfigTopic = "keys" | "catalog" | "pool" | "settings";
/** How often each kind has changed: a number that moved means "read it again". */
export type ConfigVersion = Readonly<Record<ConfigTopic, bigint>>;

/** Notify every process that caches this kind of configuration, as of this transaction's commit, that it changed. */
export async function bumpConfig(tx: Tx, topic: ConfigTopic): Promise<void> {
  await queries(tx).$executeRaw`select books.bump_config(${topic})`;
}

/** The present versions, from one row: cheap enough to be read four times a second. */
export async function readConfigVersion(reader: Tx): Promise<ConfigVersion> {
  const [row] = await queries(reader).$queryRaw<ConfigVersion[]>`
    select keys, catalog, pool, settings from books.config_version`;
  assert(row, "books.config_version has no row: was the database migrated?");
  return row;
}
