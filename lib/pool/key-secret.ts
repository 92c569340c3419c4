import { PROVIDERS } from "../catalog";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { findAdapter } from "../providers";
import {
  fingerprints,
  openSecret,
  type Sealed,
  sealSecret,
  type SecretPlace,
  SecretText,
  vault,
  type Vault,
} from "../vault";
import { hasTwin, replacePrints } from "./fingerprint.store";
import { lockKeysOfOldPrints, lockKeysUnderOthers, type NewKey, replaceSealed, type StoredPoolKey } from "./pool.store";

const PURPOSE = "supplier key";

/** What a provider is shown of a key: without the scheme, the spaces and the account id that may stand before it. */
function credentialOf(provider: string, secret: SecretText): SecretText {
  const text = secret.reveal().trim();
  const shown = findAdapter(provider)?.authHeaders(text)["authorization"] ?? text;
  return new SecretText(shown.replace(/^(?:\s*bearer\s+)+/i, ""));
}

/** A key's fingerprints, one a master key: the same whatever provider id it comes under. */
export const keyPrints = (provider: string, secret: SecretText): Uint8Array[] =>
  fingerprints(vault(), PURPOSE, credentialOf(provider, secret));

/** Every fingerprint that the same key may have in the pool: those of today, and the older ones under every provider id. */
export function knownKeyPrints(provider: string, secret: SecretText): Uint8Array[] {
  const credential = credentialOf(provider, secret);
  const texts = secret.reveal().trim() === credential.reveal() ? [credential] : [credential, secret];
  const older = texts.flatMap((text) => PROVIDERS.flatMap((id) => fingerprints(vault(), id, text)));
  return [...keyPrints(provider, secret), ...older];
}

const placeOf = (id: Uuid, provider: string): SecretPlace => ({
  rowId: id,
  purpose: provider,
  field: "pool_key.ciphertext",
});

/** Seal a supplier's key to its row and provider. */
export const sealPoolKey = (vault: Vault, id: Uuid, provider: string, secret: SecretText): Sealed =>
  sealSecret(vault, placeOf(id, provider), secret);

/** The supplier's key behind a row. Errors: throws where it isn't that row's and that provider's, unchanged. */
export const openPoolKey = (
  vault: Vault,
  key: { id: Uuid; channel: { provider: string }; sealed: Sealed },
): SecretText => openSecret(vault, placeOf(key.id, key.channel.provider), key.sealed);

/** Seal a supplier's key, with the process's vault, for the pool key of that id and provider that it may become. */
export function sealNewKey(input: { id: Uuid; provider: string; secret: SecretText }): NewKey {
  const { id, provider, secret } = input;
  return {
    sealed: sealPoolKey(vault(), id, provider, secret),
    prints: keyPrints(provider, secret),
    hint: secret.hint(),
  };
}

type SealedKey = { id: Uuid; provider: string; sealed: Sealed };

/** What came of sealing keys anew: how many were, and which don't open, with the master key that they name. */
export type Resealed = { rotated: number; unopened: { id: Uuid; masterKeyId: string }[] };

function resealKey({ id, provider, sealed }: SealedKey): NewKey {
  return sealNewKey({ id, provider, secret: openPoolKey(vault(), { id, channel: { provider }, sealed }) });
}

/** Seal keys anew under the active master key, each handed to `replace`. One that doesn't open is left and named. */
export async function resealKeys(
  keys: readonly SealedKey[],
  replace: (id: Uuid, resealed: NewKey) => Promise<void>,
): Promise<Resealed> {
  const done: Resealed = { rotated: 0, unopened: [] };
  for (const key of keys) {
    let resealed;
    try {
      resealed = resealKey(key);
    } catch {
      done.unopened.push({ id: key.id, masterKeyId: key.sealed.masterKeyId });
      continue;
    }
    await replace(key.id, resealed);
    done.rotated += 1;
  }
  return done;
}

/** What came of one batch, which keys are in the pool a second time, and where to go on; null after the last. */
export type Rotation = Resealed & { twins: Uuid[]; lastId: Uuid | null };

/**
 * Seal keys that another master key than the active one wraps anew, in the order of their ids, and add their fingerprints
 * under the master keys of now.
 *
 * The secrets stay what they are, so that whoever has them in memory goes on. One that doesn't open is left as it is and
 * named. Keys whose secret was destroyed have nothing to seal: they keep the fingerprints that they have.
 */
export async function rotatePoolKeys(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<Rotation> {
  const keys = await lockKeysUnderOthers(tx, vault().masterKeys.activeId, input);
  const twins: Uuid[] = [];
  const resealed = await resealKeys(
    keys.map(({ id, channel, sealed }) => ({ id, provider: channel.provider, sealed })),
    async (id, key) => {
      if (await hasTwin(tx, id, key.prints)) twins.push(id);
      await replaceSealed(tx, id, key);
    },
  );
  return { ...resealed, twins, lastId: keys.at(-1)?.id ?? null };
}

/** One batch: how many keys have fingerprints of today now, which are in the pool twice, which don't open, where to go on. */
export type PrintRenewal = { renewed: number; twins: Uuid[]; unopened: Uuid[]; lastId: Uuid | null };

function open(key: StoredPoolKey): SecretText | null {
  try {
    return openPoolKey(vault(), key);
  } catch {
    return null; // its master key isn't here, or its row was changed: it keeps what it has
  }
}

/**
 * Give keys whose fingerprints are of an older form those of today, under every master key, in the order of their ids. The
 * older ones stay. Keys whose secret was destroyed are known by the older ones alone.
 */
export async function renewKeyPrints(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<PrintRenewal> {
  const keys = await lockKeysOfOldPrints(tx, input);
  const done: PrintRenewal = { renewed: 0, twins: [], unopened: [], lastId: keys.at(-1)?.id ?? null };
  for (const key of keys) {
    const secret = open(key);
    if (secret === null) {
      done.unopened.push(key.id);
      continue;
    }
    const prints = keyPrints(key.channel.provider, secret);
    if (await hasTwin(tx, key.id, prints)) done.twins.push(key.id);
    await replacePrints(tx, key.id, prints);
    done.renewed += 1;
  }
  return done;
}
