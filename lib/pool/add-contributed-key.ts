import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";
import { hasFingerprint } from "./key-print.store";
import { insertPoolKey, lockProvider } from "./pool.store";
import type { NewKey } from "./seal-new-key";

/** A key that `sealNewKey` sealed for the pool key of this id. Units: nanodollars. */
export type ContributedKeyInput = {
  id: Uuid;
  channelId: string;
  provider: string;
  owner: { id: Uuid; contributionId: Uuid };
  quotaNanos: Nanos;
} & NewKey;

/**
 * Add a contributor's key to a channel; it serves as soon as gateways have read it. Changes of the provider's keys wait for
 * each other until the transaction ends.
 *
 * Errors: `duplicate_key` where the same key is in the pool already, in whatever state, under whatever provider id and whoever
 * brought it.
 */
export async function addContributedKey(tx: Tx, ctx: Ctx, { provider, ...key }: ContributedKeyInput): Promise<void> {
  await lockProvider(tx, provider);
  const isNew = !(await hasFingerprint(tx, key.prints)) && (await insertPoolKey(tx, { ...key, nowMs: ctx.nowMs }));
  if (!isNew) throw new ScripError("duplicate_key", "This key is in the pool already.");
  await bumpConfig(tx, "pool");
}
