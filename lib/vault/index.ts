export { SecretText } from "./secret-text";
export {
  createVault,
  fingerprints,
  openBytes,
  openReply,
  openSecret,
  sealReply,
  sealSecret,
  storable,
  storableBytes,
  useVault,
  vault,
} from "./vault";
export type { Sealed, SecretPlace, Vault } from "./vault";
