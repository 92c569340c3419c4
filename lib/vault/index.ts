export { SecretText } from "./secret-text";
export {
  createVault,
  fingerprints,
  decryptBytes,
  decryptReply,
  decryptSecret,
  encryptReply,
  encryptSecret,
  storable,
  storableBytes,
  useVault,
  vault,
} from "./vault";
export type { EncryptedSecret, SecretPlace, Vault } from "./vault";
