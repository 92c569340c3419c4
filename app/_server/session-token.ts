import { decode, encode, type JWT } from "next-auth/jwt";
import { SESSION_TTL_MS } from "@/lib/auth";
import { webEnv } from "@/lib/env";
import { isUuid, type Uuid } from "@/lib/ids";

// NextAuth's token carries a single claim, `sid`: who that is, and whether they still are signed in, the session's row
// says at every request.

/** A token, and the cookie that carries it, last as long as their session. Units: seconds. */
export const SESSION_TTL_S = SESSION_TTL_MS / 1_000;

/** Whether the app is reached over https, so that its cookies may be bound to it. */
export const isSecure = (): boolean => webEnv().appUrl.startsWith("https:");

/** The name of the cookie that carries a session's token. */
export const sessionCookie = (): string => (isSecure() ? "__Host-scrip-session" : "scrip-session");

/** The name of the cookie by which a browser that has signed in before is known. */
export const deviceCookie = (): string => (isSecure() ? "__Host-scrip-device" : "scrip-device");

/** The session that a token's claims name. */
export function sidOf(token: JWT | null): Uuid | null {
  const sid = token?.["sid"];
  return typeof sid === "string" && isUuid(sid) ? sid : null;
}

/** The session that a token names; `null` for one of another secret, an old one, or none. */
export async function readSid(token: string | undefined): Promise<Uuid | null> {
  if (!token) return null;
  return sidOf(await decode({ token, secret: webEnv().nextauthSecret }).catch(() => null));
}

/** The token of a session. */
export const writeSid = (sid: Uuid): Promise<string> =>
  encode({ token: { sid }, secret: webEnv().nextauthSecret, maxAge: SESSION_TTL_S });
