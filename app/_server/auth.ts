import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { cookies } from "next/headers";
import {
  createSession,
  type CredentialsOutcome,
  endSession,
  findSession,
  type NewSession,
  SignInInput,
  type User,
  verifyCredentials,
} from "@/lib/auth";
import { webEnv } from "@/lib/env";
import type { Uuid } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { webDatabase } from "./database";
import { type Caller, callerOf, readCaller, userCtx } from "./request";
import { deviceCookie, isSecure, readSid, SESSION_TTL_S, sessionCookie, sidOf, writeSid } from "./session-token";

// With session-token.ts, which reads its token, the one module that knows NextAuth.

const cookieOptions = () => ({ httpOnly: true, sameSite: "lax", path: "/", secure: isSecure() }) as const;

/** The id of the session that a request's cookie names, or `null`; whether it still stands, its row says. */
export async function readSessionId(): Promise<Uuid | null> {
  return readSid((await cookies()).get(sessionCookie())?.value);
}

/** Give the browser the cookie of a session. */
export async function keepSession(session: NewSession): Promise<void> {
  const value = await writeSid(session.id);
  (await cookies()).set(sessionCookie(), value, { ...cookieOptions(), maxAge: SESSION_TTL_S });
}

/** Take the session's cookie from the browser. */
export async function forgetSession(): Promise<void> {
  (await cookies()).delete({ name: sessionCookie(), path: "/", secure: isSecure() });
}

const DEVICE_TTL_S = 400 * 24 * 60 * 60;

/** Let the browser be known the next time somebody signs in to the account: others behind its address don't lock it out. */
export async function keepDevice(token: string): Promise<void> {
  (await cookies()).set(deviceCookie(), token, { ...cookieOptions(), maxAge: DEVICE_TTL_S });
}

/** What the browser is known by, and the secret that it's signed with. */
export async function readDevice(): Promise<{ secret: string; token: string | null }> {
  return { secret: webEnv().nextauthSecret, token: (await cookies()).get(deviceCookie())?.value ?? null };
}

async function openSession(user: User, caller: Caller): Promise<NewSession> {
  const ctx = userCtx(user, nowMs());
  return webDatabase().inTransaction((tx) => createSession(tx, ctx, { userId: user.id, userAgent: caller.userAgent }));
}

type SignInOutcome =
  | Exclude<CredentialsOutcome, { outcome: "verified" }>
  | { outcome: "signed_in"; session: NewSession };

async function signInAs(email: string, password: string, caller: Caller): Promise<SignInOutcome> {
  const input = { email, password, origin: caller.address, device: await readDevice() };
  const checked = await verifyCredentials(webDatabase(), input);
  if (checked.outcome !== "verified") return checked;
  await keepDevice(checked.deviceToken);
  return { outcome: "signed_in", session: await openSession(checked.user, caller) };
}

/** Sign in by e-mail and password, from a form: on success the browser has the session's cookie. */
export async function signInWithPassword(email: string, password: string): Promise<SignInOutcome> {
  const signedIn = await signInAs(email, password, await readCaller());
  if (signedIn.outcome === "signed_in") await keepSession(signedIn.session);
  return signedIn;
}

async function endBySid(sid: Uuid | null): Promise<void> {
  const found = sid && (await findSession(webDatabase().reader, nowMs(), sid));
  if (!found) return;
  const ctx = userCtx(found.user, nowMs());
  await webDatabase().inTransaction((tx) =>
    endSession(tx, ctx, { userId: found.user.id, sessionId: found.session.id }),
  );
}

/** End this browser's session: its row and its cookie. */
export async function signOut(): Promise<void> {
  await endBySid(await readSessionId());
  await forgetSession();
}

/** NextAuth's settings, for its own routes. Every way of signing in ends in the same row of a session. */
export function nextAuthOptions(): NextAuthOptions {
  const env = webEnv();
  // NextAuth reads its own address from nowhere else.
  process.env["NEXTAUTH_URL"] = env.appUrl;
  return {
    secret: env.nextauthSecret,
    session: { strategy: "jwt", maxAge: SESSION_TTL_S },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookie(), options: cookieOptions() } },
    providers: [
      CredentialsProvider({
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(credentials, request) {
          const parsed = SignInInput.safeParse(credentials);
          if (!parsed.success) return null;
          const { email, password } = parsed.data;
          const signedIn = await signInAs(email, password, callerOf(new Headers(request.headers)));
          return signedIn.outcome === "signed_in" ? { id: signedIn.session.id } : null;
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => ({ sid: user ? user.id : token["sid"] }),
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: { signOut: ({ token }) => endBySid(sidOf(token)) },
  };
}
