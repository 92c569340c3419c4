import { PROVIDERS } from "../catalog";
import { findAdapter } from "../providers";
import { fingerprints, SecretText, vault } from "../vault";

/** How the fingerprints of today are made. Form 1 was of the text as it was typed, under the provider id it came with. */
export const PRINT_FORM = 2;

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
