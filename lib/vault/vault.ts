import { createHmac, randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { MasterKey } from "../env";
import { assert } from "../errors";
import { decrypt, encrypt, localMasterKeys, type MasterKeys } from "./master-keys";
import { SecretText } from "./secret-text";

const VERSION = "scrip/v1";
const DATA_KEY_BYTES = 32;

/** Where a secret belongs. It opens there and nowhere else: another row, owner or field is refused. */
export type SecretPlace = {
  /** The id of its row. */
  rowId: string;
  /** What it is for: the provider of a pool key, the account of an idempotency record. */
  purpose: string;
  /** The field of the row. */
  field: string;
};

/** A secret as it is stored: under a data key of its own, which the named master key wraps. */
export type EncryptedSecret = { masterKeyId: string; wrappedKey: Uint8Array; ciphertext: Uint8Array };

/** Bytes as a database takes them: their own, whatever buffer they lie in. */
export const storableBytes = (bytes: Uint8Array) => Uint8Array.from(bytes);

/** The parts as a database takes them. */
export const storable = ({ masterKeyId, wrappedKey, ciphertext }: EncryptedSecret) => ({
  masterKeyId,
  wrappedKey: storableBytes(wrappedKey),
  ciphertext: storableBytes(ciphertext),
});

/** The one holder of master keys in a process. */
export type Vault = { readonly masterKeys: MasterKeys };

/** A vault over the environment's master keys, the first of them active. */
export const createVault = (keys: readonly MasterKey[]): Vault => ({ masterKeys: localMasterKeys(keys) });

/** Each part with its length before it, so that no two lists of parts read the same. */
function lengthPrefixed(parts: readonly string[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part, "utf8");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

const bindingOf = ({ rowId, purpose, field }: SecretPlace, layer: "wrap" | "data"): Uint8Array =>
  lengthPrefixed([VERSION, rowId, purpose, field, layer]);

/** Encrypt bytes for one place: AES-256-GCM under a fresh data key, itself wrapped by the active master key. */
function encryptBytes(vault: Vault, place: SecretPlace, plain: Uint8Array): EncryptedSecret {
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const masterKeyId = vault.masterKeys.activeId;
  const encrypted = {
    masterKeyId,
    wrappedKey: vault.masterKeys.wrap(masterKeyId, dataKey, bindingOf(place, "wrap")),
    ciphertext: encrypt(dataKey, plain, bindingOf(place, "data")),
  };
  dataKey.fill(0);
  return encrypted;
}

/** The bytes encrypted for that place. Errors: throws for another place, an unknown master key, or one changed bit. */
export function decryptBytes(vault: Vault, place: SecretPlace, encrypted: EncryptedSecret): Uint8Array {
  const dataKey = vault.masterKeys.unwrap(encrypted.masterKeyId, encrypted.wrappedKey, bindingOf(place, "wrap"));
  const plain = decrypt(dataKey, encrypted.ciphertext, bindingOf(place, "data"));
  dataKey.fill(0);
  return plain;
}

/** Encrypt a secret for one place. */
export const encryptSecret = (vault: Vault, place: SecretPlace, secret: SecretText): EncryptedSecret =>
  encryptBytes(vault, place, Buffer.from(secret.reveal(), "utf8"));

/** The secret encrypted for that place. Errors: as `decryptBytes`. */
export const decryptSecret = (vault: Vault, place: SecretPlace, encrypted: EncryptedSecret): SecretText =>
  new SecretText(Buffer.from(decryptBytes(vault, place, encrypted)).toString("utf8"));

/**
 * Encrypt the reply of an idempotency record: compressed, then encrypted into one value.
 *
 * Errors: none. The result is base64 text that `decryptReply` reads with the same place.
 */
export function encryptReply(vault: Vault, place: SecretPlace, reply: Uint8Array): string {
  const { masterKeyId, wrappedKey, ciphertext } = encryptBytes(vault, place, gzipSync(reply));
  return [masterKeyId, ...[wrappedKey, ciphertext].map((bytes) => Buffer.from(bytes).toString("base64"))].join(".");
}

/** The reply encrypted by `encryptReply`, at most `bytesMax` long. Errors: throws as `decryptBytes`, and where it is longer. */
export function decryptReply(vault: Vault, place: SecretPlace, stored: string, bytesMax: number): Uint8Array {
  const [masterKeyId = "", wrappedKey = "", ciphertext = ""] = stored.split(".");
  const encrypted = {
    masterKeyId,
    wrappedKey: Buffer.from(wrappedKey, "base64"),
    ciphertext: Buffer.from(ciphertext, "base64"),
  };
  return gunzipSync(decryptBytes(vault, place, encrypted), { maxOutputLength: bytesMax });
}

/**
 * Keyed fingerprints of a secret, one a master key: equal secrets of one purpose have those of the master keys in common
 * that were known both times. Rows store all of them; a search for duplicates matches any.
 */
export function fingerprints(vault: Vault, purpose: string, secret: SecretText): Uint8Array[] {
  const fingerprintUnder = (id: string): Uint8Array =>
    createHmac("sha256", vault.masterKeys.fingerprintKey(id))
      .update(lengthPrefixed([VERSION, purpose, secret.reveal().trim()]))
      .digest();
  return vault.masterKeys.ids.map(fingerprintUnder);
}

let opened: Vault | undefined;

/** Open the vault that `vault()` gives from here on: at a process's start. */
export function useVault(keys: readonly MasterKey[]): Vault {
  opened = createVault(keys);
  return opened;
}

/** This process's vault. Errors: an assertion where none was opened. */
export function vault(): Vault {
  assert(opened, "no vault is open: the process calls useVault with KEY_ENCRYPTION_KEYS at its start");
  return opened;
}
