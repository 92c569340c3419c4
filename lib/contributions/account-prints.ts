import { PROVIDERS } from "../catalog";
import { fingerprints, SecretText, vault } from "../vault";

/** The fingerprints of an account at an upstream host, one a master key. */
export const accountPrints = (host: string, accountId: string): Uint8Array[] =>
  fingerprints(vault(), `account at ${host}`, new SecretText(accountId));

/** Every fingerprint that the account may have been contributed by: the older ones, too, under every provider id. */
export const knownAccountPrints = (host: string, accountId: string): Uint8Array[] => [
  ...accountPrints(host, accountId),
  ...PROVIDERS.flatMap((id) => fingerprints(vault(), `account of ${id}`, new SecretText(accountId))),
];
