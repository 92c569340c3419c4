import { createHmac, timingSafeEqual } from "node:crypto";
import type { Tx } from "../db";
import { assert } from "../errors";
import { randomText, type Uuid } from "../ids";
import { type Credentials, readCredentials } from "./user.store";

const ID_CHARS = 20;
const TOKEN = /^([0-9A-Za-z]{20})\.([\w-]{43})$/;

/** A device is bound to its account as it is: a new password, or a sign-out everywhere, makes it unknown again. */
const proofOf = (secret: string, id: string, { user, passwordHash, sessionEpoch }: Credentials): Buffer =>
  createHmac("sha256", secret).update(`device ${id} ${user.id} ${sessionEpoch} ${passwordHash}`).digest();

/**
 * A token by which a browser that signed in to an account is known again: it signs nobody in.
 *
 * Source: OWASP, slow down online guessing attacks with device cookies.
 */
export function newDeviceToken(secret: string, owner: Credentials): string {
  const id = randomText(ID_CHARS);
  return `${id}.${proofOf(secret, id, owner).toString("base64url")}`;
}

/** A token for the browser of a user who is signed in, as of this transaction. */
export async function createDeviceToken(tx: Tx, secret: string, userId: Uuid): Promise<string> {
  const owner = await readCredentials(tx, { id: userId });
  assert(owner, "a user who is signed in has a row");
  return newDeviceToken(secret, owner);
}

/** The device that a token names; null for one of another account, of before its password or sign-out, a forged one, or none. */
export function readDeviceToken(secret: string, token: string | null, owner: Credentials): string | null {
  const [, id, proof] = TOKEN.exec(token ?? "") ?? [];
  if (id === undefined || proof === undefined) return null;
  return timingSafeEqual(Buffer.from(proof, "base64url"), proofOf(secret, id, owner)) ? id : null;
}
