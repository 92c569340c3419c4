import { createHmac, timingSafeEqual } from "node:crypto";
import { randomText, type Uuid } from "../ids";

/** An account as a device is bound to it: a new password makes its devices unknown again. */
export type DeviceOwner = { userId: Uuid; passwordHash: string };

const ID_CHARS = 20;
const TOKEN = /^([0-9A-Za-z]{20})\.([\w-]{43})$/;

const proofOf = (secret: string, id: string, { userId, passwordHash }: DeviceOwner): Buffer =>
  createHmac("sha256", secret).update(`device ${id} ${userId} ${passwordHash}`).digest();

/**
 * A token by which a browser that signed in to an account is known again: it signs nobody in.
 *
 * Source: OWASP, slow down online guessing attacks with device cookies.
 */
export function newDeviceToken(secret: string, owner: DeviceOwner): string {
  const id = randomText(ID_CHARS);
  return `${id}.${proofOf(secret, id, owner).toString("base64url")}`;
}

/** The device that a token names; null for one of another account or password, a forged one, or none. */
export function readDeviceToken(secret: string, token: string | null, owner: DeviceOwner): string | null {
  const [, id, proof] = TOKEN.exec(token ?? "") ?? [];
  if (id === undefined || proof === undefined) return null;
  return timingSafeEqual(Buffer.from(proof, "base64url"), proofOf(secret, id, owner)) ? id : null;
}
