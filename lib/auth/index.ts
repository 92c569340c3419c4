export { type AccessChange, listAccessChanges } from "./access-changes.store";
export { hashApiKeySecret, hasScope, type ApiKey, type ApiKeyAccess } from "./api-key";
export { changePassword } from "./change-password";
export { isCommonPassword } from "./common-passwords";
export { createApiKey } from "./create-api-key";
export { createSession, type NewSession, SESSION_TTL_MS } from "./create-session";
export { createUser } from "./create-user";
export { createDeviceToken, newDeviceToken } from "./device";
export { endAllSessions } from "./end-all-sessions";
export { endSession } from "./end-session";
export { ensureAdmin } from "./ensure-admin";
export { findAdminKey } from "./find-admin-key";
export { findApiKeyByHash } from "./find-api-key-by-hash";
export { findSession } from "./find-session";
export { findUserByEmail } from "./find-user-by-email";
export { getApiKey } from "./get-api-key";
export { getUser } from "./get-user";
export { isAddressAllowed } from "./is-address-allowed";
export { boundsOf, isLimited, type KeyBounds } from "./key-bounds";
export { listApiKeys } from "./list-api-keys";
export { listSessions } from "./list-sessions";
export { listUsers } from "./list-users";
export { hashPassword } from "./password";
export { revokeApiKey } from "./revoke-api-key";
export { rotateApiKey } from "./rotate-api-key";
export {
  AccountPatch,
  ApiKeyInput,
  ApiKeyPatch,
  BillingMode,
  Email,
  Locale,
  OPERATOR_EMAIL,
  Password,
  Role,
  Scope,
  SignInInput,
  SignUpInput,
  Supply,
  TimeZone,
  UserLimits,
} from "./schemas";
export type { Session } from "./session.store";
export { signUp } from "./sign-up";
export { touchApiKeys } from "./touch-api-keys";
export { updateAccount } from "./update-account";
export { updateApiKey } from "./update-api-key";
export { updateUser } from "./update-user";
export type { User } from "./user";
export { verifyCredentials, type CredentialsOutcome } from "./verify-credentials";
