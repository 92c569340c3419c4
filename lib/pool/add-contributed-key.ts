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
  /** Whether its owner may spend in advance what it will vest: it is probed regularly then. */
  isUnderAdvance: boolean;
} & NewKey;

/**
 * Add a contributor's key, which was just looked at with its provider, to a channel; it serves as soon as gateways have read it. Changes of the provider's keys wait for
 * each other until the transaction ends.
 *
 * Errors: `duplicate_key` where the same key is in the pool already, in whatever state, under whatever provider id and whoever
 * brought it.
 */
export async function addContributedKey(tx: Tx, ctx: Ctx, input: ContributedKeyInput): Promise<void> {
  const { provider, isUnderAdvance, ...key } = input;
  await lockProvider(tx, provider);
  const isNew =
    !(await hasFingerprint(tx, key.prints)) &&
    (await insertPoolKey(tx, { ...key, looked: { isUnderAdvance }, nowMs: ctx.nowMs }));
  if (!isNew) throw new ScripError("duplicate_key", "This key is in the pool already.");
  await bumpConfig(tx, "pool");
}
