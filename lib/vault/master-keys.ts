import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { MasterKey } from "../env";
import { assert } from "../errors";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a master key does, whether it lies in the environment or in a key service: it never leaves its holder. */
export type MasterKeys = {
  /** The key that new secrets are wrapped with. */
  readonly activeId: string;
  /** Every key that can still unwrap, the active one first. */
  readonly ids: readonly string[];
  wrap(id: string, dataKey: Uint8Array, boundTo: Uint8Array): Uint8Array;
  unwrap(id: string, wrapped: Uint8Array, boundTo: Uint8Array): Uint8Array;
  /** A key for keyed fingerprints, derived from that master key and good for nothing else. */
  fingerprintKey(id: string): Uint8Array;
};

/** AES-256-GCM as `nonce ‖ ciphertext ‖ tag`, under a nonce of its own. */
export function encrypt(key: Uint8Array, plain: Uint8Array, boundTo: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The inverse of `encrypt`. Errors: throws on anything but exactly what was encrypted under this key and binding. */
export function decrypt(key: Uint8Array, encrypted: Uint8Array, boundTo: Uint8Array): Uint8Array {
  if (encrypted.length < NONCE_BYTES + TAG_BYTES)
    throw new Error("an encrypted secret is shorter than its nonce and tag");
  const decipher = createDecipheriv("aes-256-gcm", key, encrypted.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo);
  decipher.setAuthTag(encrypted.subarray(encrypted.length - TAG_BYTES));
  return Buffer.concat([
    decipher.update(encrypted.subarray(NONCE_BYTES, encrypted.length - TAG_BYTES)),
    decipher.final(),
  ]);
}

/** Master keys that lie in the environment, the first active. Errors: throws where there is none. */
export function localMasterKeys(list: readonly MasterKey[]): MasterKeys {
  const keys = new Map(list.map(({ id, key }) => [id, key]));
  const active = list[0];
  assert(active && keys.size === list.length, "a vault needs at least one master key, and their ids must differ");
  const derive = (id: string, use: string): Uint8Array => {
    const key = keys.get(id);
    assert(key, `the master key ${id} isn't in KEY_ENCRYPTION_KEYS`);
    return new Uint8Array(hkdfSync("sha256", key, "", `scrip/v1 ${use}`, KEY_BYTES));
  };
  return {
    activeId: active.id,
    ids: list.map(({ id }) => id),
    wrap: (id, dataKey, boundTo) => encrypt(derive(id, "wrap"), dataKey, boundTo),
    unwrap: (id, wrapped, boundTo) => decrypt(derive(id, "wrap"), wrapped, boundTo),
    fingerprintKey: (id) => derive(id, "fingerprint"),
  };
}
