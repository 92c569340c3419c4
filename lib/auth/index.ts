export {
  createApiKey,
  findAdminKey,
  findApiKeyByHash,
  getApiKey,
  isAddressAllowed,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  touchApiKeys,
  updateApiKey,
} from "./api-key";
export {
  type AccessChange,
  type ApiKey,
  type ApiKeyAccess,
  hashApiKeySecret,
  hasScope,
  listAccessChanges,
} from "./api-key.store";
export { boundsOf, isLimited, type KeyBounds } from "./key-bounds";
export { deleteExpiredSessions } from "./session.store";
export { deleteEndedLogins } from "./login-limits.store";
export { hashPassword, isCommonPassword } from "./password";
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
export {
  createSession,
  endAllSessions,
  endSession,
  findSession,
  listSessions,
  type NewSession,
  SESSION_TTL_MS,
} from "./session";
export { type Session } from "./session.store";
export {
  changePassword,
  createDeviceToken,
  type CredentialsOutcome,
  newDeviceToken,
  signUp,
  verifyCredentials,
} from "./sign-in";
export { createUser, ensureAdmin, findUserByEmail, getUser, listUsers, updateAccount, updateUser } from "./user";
export { readUsersBy, type User } from "./user.store";
