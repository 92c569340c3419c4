import type { Uuid } from "../ids";
import { type Sealed, type SecretText, vault } from "../vault";
import { keyPrints } from "./key-prints";
import { sealPoolKey } from "./seal-pool-key";

/** A key that isn't in the pool yet, sealed for the row that it will have. `prints`: its fingerprints, one a master key. */
export type NewKey = { sealed: Sealed; prints: readonly Uint8Array[]; hint: string };

/** Seal a supplier's key, with the process's vault, for the pool key of that id and provider that it may become. */
export function sealNewKey(input: { id: Uuid; provider: string; secret: SecretText }): NewKey {
  const { id, provider, secret } = input;
  return {
    sealed: sealPoolKey(vault(), id, provider, secret),
    prints: keyPrints(provider, secret),
    hint: secret.hint(),
  };
}
