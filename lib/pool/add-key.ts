import type { Ctx } from "../ctx";
import { findChannel } from "../catalog";
import { bumpConfig, type Tx } from "../db";
import { ScripError } from "../errors";
import { newUuid, type Uuid } from "../ids";
import type { Nanos } from "../money";
import type { SecretText } from "../vault";
import { knownKeyFingerprints, encryptNewKey } from "./key-secret";
import { hasFingerprint, insertPoolKey, type NewKey } from "./key-secret.store";
import { lockProvider } from "./pool.store";

/** A supplier's key of the platform's own. A quota of null means that none is known. Units: nanodollars. */
export type NewPoolKeyInput = { channelId: string; secret: SecretText; quotaNanos: Nanos | null };

/**
 * Add a supplier's key to a channel, encrypted by the process's vault; it serves as soon as gateways have read it.
 *
 * Errors: `not_found` for an unknown channel, `duplicate_key` where the same key is in the pool already, in whatever state, on
 * whatever channel and under whatever provider id.
 */
export async function addPoolKey(tx: Tx, ctx: Ctx, input: NewPoolKeyInput): Promise<{ id: Uuid }> {
  const channel = await findChannel(tx, input.channelId);
  if (channel === null) throw new ScripError("not_found", `There is no channel "${input.channelId}". Create it first.`);
  const { provider } = channel;
  await lockProvider(tx, provider);
  const { channelId, secret, quotaNanos } = input;
  const id = newUuid(ctx.nowMs);
  const newKey = encryptNewKey({ id, provider, secret });
  const key = { id, channelId, owner: null, ...newKey, quotaNanos, nowMs: ctx.nowMs };
  const isNew = !(await hasFingerprint(tx, knownKeyFingerprints(provider, secret))) && (await insertPoolKey(tx, key));
  if (!isNew) {
    throw new ScripError("duplicate_key", "This key is in the pool already. Enable the entry that is there instead.");
  }
  await bumpConfig(tx, "pool");
  return { id };
}

/** A key that `encryptNewKey` encrypted for the pool key of this id. Units: nanodollars. */
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
 * Add a contributor's key, which was just probed, to a channel; it serves as soon as gateways have read it. Changes of the
 * provider's keys are serialized until the transaction ends.
 *
 * Errors: `duplicate_key` where the same key is in the pool already, in whatever state, under whatever provider id and
 * whoever owns it.
 */
export async function addContributedKey(tx: Tx, ctx: Ctx, input: ContributedKeyInput): Promise<void> {
  const { provider, isUnderAdvance, ...key } = input;
  await lockProvider(tx, provider);
  const isNew =
    !(await hasFingerprint(tx, key.fingerprints)) &&
    (await insertPoolKey(tx, { ...key, probed: { isUnderAdvance }, nowMs: ctx.nowMs }));
  if (!isNew) throw new ScripError("duplicate_key", "This key is in the pool already.");
  await bumpConfig(tx, "pool");
}
