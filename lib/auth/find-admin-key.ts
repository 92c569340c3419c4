import type { Tx } from "../db";
import { hashApiKeySecret, hasScope } from "./api-key";
import { readApiKeyAccess, readIsRevoked } from "./api-key.store";

/** What an operator's key of scope `admin` is good for: it works, it was revoked, or it is no admin's, or not now. */
export type AdminKeyState = "working" | "revoked" | "powerless";

/** How it stands with a key that an operator names as an admin's; `null` where there never was one of this secret. */
export async function findAdminKey(reader: Tx, nowMs: number, secret: string): Promise<AdminKeyState | null> {
  const hash = hashApiKeySecret(secret);
  const access = await readApiKeyAccess(reader, hash);
  if (!access) return (await readIsRevoked(reader, hash)) ? "revoked" : null;
  const { expiresMs } = access.key;
  const isAlive = access.user.suspendedMs === null && (expiresMs === null || expiresMs > nowMs);
  return isAlive && hasScope(access, "admin") ? "working" : "powerless";
}
