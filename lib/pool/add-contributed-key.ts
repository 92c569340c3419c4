import type { Ctx } from "../ctx";
import { bumpConfig } from "../db/config-version";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";
import type { Sealed } from "../vault";
import { hasFingerprint, insertPoolKey, lockProvider } from "./pool.store";
import { resealKey } from "./reseal-key";

/** A key that `sealNewKey` sealed for the pool key of this id, under whichever master key. Units: nanodollars. */
export type ContributedKeyInput = {
  id: Uuid;
  channelId: string;
  provider: string;
  owner: { id: Uuid; contributionId: Uuid };
  sealed: Sealed;
  quotaNanos: Nanos;
};

/**
 * Add a contributor's key to a channel; it serves as soon as gateways have read it. Changes of the provider's keys wait for
 * each other until the transaction ends.
 *
 * It is opened and compared by its fingerprints of today: master keys may have changed since it was sealed.
 *
 * Errors: `duplicate_key` where the provider's same key is in the pool already, in whatever state and whoever brought it;
 * throws where it doesn't open.
 */
export async function addContributedKey(tx: Tx, ctx: Ctx, { provider, ...key }: ContributedKeyInput): Promise<void> {
  await lockProvider(tx, provider);
  const { sealed, prints, hint } = resealKey({ id: key.id, provider, sealed: key.sealed });
  if (await hasFingerprint(tx, prints)) throw new ScripError("duplicate_key", "This key is in the pool already.");
  await insertPoolKey(tx, { ...key, sealed, fingerprint: prints[0], hint, nowMs: ctx.nowMs });
  await bumpConfig(tx, "pool");
}
