export { addContributedKey, addPoolKey } from "./add-key";
export { type KeyNeeds } from "./choose-key";
export {
  chargePoolKeys,
  disablePoolKey,
  enablePoolKey,
  closePoolKey,
  getPoolKey,
  listPool,
  pausePoolKey,
  PROBE_TOPIC,
  raiseQuota,
  resumePoolKey,
  revalidatePoolKey,
} from "./key-lifecycle";
export {
  knownKeyFingerprints,
  decryptPoolKey,
  type FingerprintRefresh,
  refreshKeyFingerprints,
  type Reencrypted,
  reencryptKeys,
  rotatePoolKeys,
  type Rotation,
  encryptNewKey,
} from "./key-secret";
export { hasFingerprint as isKeyInPool, isSameKey, type NewKey } from "./key-secret.store";
export { type Choice, type ChosenKey, createPool, type Pool } from "./pool";
export {
  KEY_REASONS,
  type KeyCount,
  type KeyReason,
  type PoolKeyState,
  type PoolKeyView,
  toKeyReason,
} from "./pool-key";
export { hasKeys, type KeyCost, lockProvider } from "./pool.store";
export { DIED_TOPIC, findProbe, type KeyToProbe, listDueProbes, type Probe, recordProbe } from "./probe";
export { LIVE_MS } from "./probe-schedule";
export { availableModels, isSpoken, readSupply, type Supply } from "./supply";
export { recordVerdict } from "./verdict";
