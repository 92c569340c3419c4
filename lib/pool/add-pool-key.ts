import type { Ctx } from "../ctx";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, type Uuid } from "../ids";
import type { Nanos } from "../money";
import type { SecretText } from "../vault";
import { hasFingerprint } from "./key-print.store";
import { knownKeyPrints } from "./key-prints";
import { findProvider, insertPoolKey, lockProvider } from "./pool.store";
import { sealNewKey } from "./seal-new-key";

/** A supplier's key of the platform's own. A quota of null means that none is known. Units: nanodollars. */
export type NewPoolKeyInput = { channelId: string; secret: SecretText; quotaNanos: Nanos | null };

/**
 * Add a supplier's key to a channel, sealed by the process's vault; it serves as soon as gateways have read it.
 *
 * Errors: `not_found` for an unknown channel, `duplicate_key` where the same key is in the pool already, in whatever state, on
 * whatever channel and under whatever provider id.
 */
export async function addPoolKey(tx: Tx, ctx: Ctx, input: NewPoolKeyInput): Promise<{ id: Uuid }> {
  const provider = await findProvider(tx, input.channelId);
  if (provider === null)
    throw new ScripError("not_found", `There is no channel "${input.channelId}". Create it first.`);
  await lockProvider(tx, provider);
  const { channelId, secret, quotaNanos } = input;
  const id = newUuid(ctx.nowMs);
  const newKey = sealNewKey({ id, provider, secret });
  const key = { id, channelId, owner: null, ...newKey, quotaNanos, nowMs: ctx.nowMs };
  const isNew = !(await hasFingerprint(tx, knownKeyPrints(provider, secret))) && (await insertPoolKey(tx, key));
  if (!isNew) {
    throw new ScripError("duplicate_key", "This key is in the pool already. Enable the entry that is there instead.");
  }
  await bumpConfig(tx, "pool");
  return { id };
}
