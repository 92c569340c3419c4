import type { Uuid } from "../ids";
import { openSecret, type Sealed, sealSecret, type SecretPlace, type SecretText, type Vault } from "../vault";

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
