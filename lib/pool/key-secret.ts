import { PROVIDERS } from "../catalog";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import { findAdapter } from "../providers";
import {
  fingerprints,
  decryptSecret,
  type EncryptedSecret,
  encryptSecret,
  type SecretPlace,
  SecretText,
  vault,
  type Vault,
} from "../vault";
import {
  hasDuplicate,
  lockKeysWithOldFingerprints,
  lockKeysUnderOldMasterKeys,
  type NewKey,
  replaceEncrypted,
  replaceFingerprints,
} from "./key-secret.store";
import type { StoredPoolKey } from "./pool.store";

const PURPOSE = "supplier key";

/** What a provider is shown of a key: without the scheme, the spaces and the account id that may stand before it. */
function credentialOf(provider: string, secret: SecretText): SecretText {
  const text = secret.reveal().trim();
  const shown = findAdapter(provider)?.authHeaders(text)["authorization"] ?? text;
  return new SecretText(shown.replace(/^(?:\s*bearer\s+)+/i, ""));
}

/** A key's fingerprints, one a master key: the same whatever provider id it comes under. */
const keyFingerprints = (provider: string, secret: SecretText): Uint8Array[] =>
  fingerprints(vault(), PURPOSE, credentialOf(provider, secret));

/** Every fingerprint that the same key may have in the pool: those of today, and the older ones under every provider id. */
export function knownKeyFingerprints(provider: string, secret: SecretText): Uint8Array[] {
  const credential = credentialOf(provider, secret);
  const texts = secret.reveal().trim() === credential.reveal() ? [credential] : [credential, secret];
  const older = texts.flatMap((text) => PROVIDERS.flatMap((id) => fingerprints(vault(), id, text)));
  return [...keyFingerprints(provider, secret), ...older];
}

const placeOf = (id: Uuid, provider: string): SecretPlace => ({
  rowId: id,
  purpose: provider,
  field: "pool_key.ciphertext",
});

/** Encrypt a supplier's key to its row and provider. */
const encryptPoolKey = (vault: Vault, id: Uuid, provider: string, secret: SecretText): EncryptedSecret =>
  encryptSecret(vault, placeOf(id, provider), secret);

/** The supplier's key behind a row. Errors: throws where it isn't that row's and that provider's, unchanged. */
export const decryptPoolKey = (
  vault: Vault,
  key: { id: Uuid; channel: { provider: string }; encrypted: EncryptedSecret },
): SecretText => decryptSecret(vault, placeOf(key.id, key.channel.provider), key.encrypted);

/** Encrypt a supplier's key, with the process's vault, for the pool key of that id and provider that it may become. */
export function encryptNewKey(input: { id: Uuid; provider: string; secret: SecretText }): NewKey {
  const { id, provider, secret } = input;
  return {
    encrypted: encryptPoolKey(vault(), id, provider, secret),
    fingerprints: keyFingerprints(provider, secret),
    hint: secret.hint(),
  };
}

type EncryptedKey = { id: Uuid; provider: string; encrypted: EncryptedSecret };

/** How many keys were re-encrypted, and which couldn't be decrypted, with the master key that they name. */
export type Reencrypted = { rotated: number; undecryptable: { id: Uuid; masterKeyId: string }[] };

function reencryptKey({ id, provider, encrypted }: EncryptedKey): NewKey {
  return encryptNewKey({ id, provider, secret: decryptPoolKey(vault(), { id, channel: { provider }, encrypted }) });
}

/** Re-encrypt keys under the active master key, each handed to `replace`. One that can't be decrypted is left and named. */
export async function reencryptKeys(
  keys: readonly EncryptedKey[],
  replace: (id: Uuid, reencrypted: NewKey) => Promise<void>,
): Promise<Reencrypted> {
  const done: Reencrypted = { rotated: 0, undecryptable: [] };
  for (const key of keys) {
    let reencrypted;
    try {
      reencrypted = reencryptKey(key);
    } catch {
      done.undecryptable.push({ id: key.id, masterKeyId: key.encrypted.masterKeyId });
      continue;
    }
    await replace(key.id, reencrypted);
    done.rotated += 1;
  }
  return done;
}

/** The result of one batch, which keys are in the pool twice, and where to go on; null after the last. */
export type Rotation = Reencrypted & { duplicates: Uuid[]; lastId: Uuid | null };

/**
 * Re-encrypt keys that another master key than the active one wraps, in the order of their ids, and add their fingerprints
 * under the current master keys.
 *
 * The secrets stay what they are, so that processes that hold them go on. One that can't be decrypted is left as it is
 * and named. Keys whose secret was destroyed have nothing to encrypt: they keep their fingerprints.
 */
export async function rotatePoolKeys(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<Rotation> {
  const keys = await lockKeysUnderOldMasterKeys(tx, vault().masterKeys.activeId, input);
  const duplicates: Uuid[] = [];
  const reencrypted = await reencryptKeys(
    keys.map(({ id, channel, encrypted }) => ({ id, provider: channel.provider, encrypted })),
    async (id, key) => {
      if (await hasDuplicate(tx, id, key.fingerprints)) duplicates.push(id);
      await replaceEncrypted(tx, id, key);
    },
  );
  return { ...reencrypted, duplicates, lastId: keys.at(-1)?.id ?? null };
}

/** One batch: how many keys were refreshed, which are in the pool twice, which can't be decrypted, where to go on. */
export type FingerprintRefresh = { renewed: number; duplicates: Uuid[]; undecryptable: Uuid[]; lastId: Uuid | null };

function tryDecrypt(key: StoredPoolKey): SecretText | null {
  try {
    return decryptPoolKey(vault(), key);
  } catch {
    return null; // its master key isn't here, or its row was changed: it keeps what it has
  }
}

/**
 * Give keys whose fingerprints are of an older version those of the current one, under every master key, in the order of
 * their ids. The older ones stay. Keys whose secret was destroyed are known by the older ones alone.
 */
export async function refreshKeyFingerprints(
  tx: Tx,
  _ctx: Ctx,
  input: { after: Uuid | null; limit: number },
): Promise<FingerprintRefresh> {
  const keys = await lockKeysWithOldFingerprints(tx, input);
  const done: FingerprintRefresh = { renewed: 0, duplicates: [], undecryptable: [], lastId: keys.at(-1)?.id ?? null };
  for (const key of keys) {
    const secret = tryDecrypt(key);
    if (secret === null) {
      done.undecryptable.push(key.id);
      continue;
    }
    const fingerprints = keyFingerprints(key.channel.provider, secret);
    if (await hasDuplicate(tx, key.id, fingerprints)) done.duplicates.push(key.id);
    await replaceFingerprints(tx, key.id, fingerprints);
    done.renewed += 1;
  }
  return done;
}
