import type { Uuid } from "../ids";
import { type Sealed, vault } from "../vault";
import { type NewKey, sealNewKey } from "./seal-new-key";
import { openPoolKey } from "./seal-pool-key";

/**
 * A supplier's key, sealed anew for its row under the active master key, with the fingerprints that go with it.
 *
 * Errors: throws where it doesn't open: its master key isn't in the vault, or it isn't that row's and provider's.
 */
export function resealKey(key: { id: Uuid; provider: string; sealed: Sealed }): NewKey {
  const { id, provider, sealed } = key;
  return sealNewKey({ id, provider, secret: openPoolKey(vault(), { id, channel: { provider }, sealed }) });
}
