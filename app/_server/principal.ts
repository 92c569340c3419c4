import {
  boundsOf,
  findApiKeyByHash,
  findSession,
  hashApiKeySecret,
  hasScope,
  isAddressAllowed,
  touchApiKeys,
  type ApiKeyAccess,
  type KeyBounds,
  type Scope,
} from "@/lib/auth";
import type { Actor, Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import { isApiKeySecret, type Uuid } from "@/lib/ids";
import { callerOf } from "./request";
import { webDatabase } from "./database";
import { readSid, sessionCookie } from "./session-token";

const TOUCH_EVERY_MS = 60_000;

/** Who asks: an account, by a key of theirs or by a browser's session. */
export type Principal = {
  user: ApiKeyAccess["user"];
  by: { kind: "key"; id: Uuid } | { kind: "session"; id: Uuid };
  /** Whether they ask as an admin: by a session of one, or by an admin's key of that scope. */
  isAdmin: boolean;
  /** What bounds the keys that they make or widen: the key they ask by; null for a session. */
  bounds: KeyBounds | null;
  may(scope: Scope): boolean;
};

/** Who changes something, for journals. */
export function actorOf({ user, by, isAdmin }: Principal): Actor {
  return by.kind === "key"
    ? { kind: "apiKey", userId: user.id, apiKeyId: by.id, isAdmin }
    : { kind: "user", userId: user.id, isAdmin };
}

const unauthenticated = (why: string): ScripError =>
  new ScripError("unauthenticated", `${why} Send an API key as \`Authorization: Bearer sk-scrip-…\`, or sign in.`);

async function byKey(request: Request, ctx: Pick<Ctx, "nowMs" | "requestId">, header: string): Promise<Principal> {
  const secret = /^Bearer +(\S+)$/i.exec(header)?.[1] ?? "";
  if (!isApiKeySecret(secret)) throw unauthenticated("This is not an API key.");
  const { reader } = webDatabase();
  const access = await findApiKeyByHash(reader, hashApiKeySecret(secret));
  if (!access) throw unauthenticated("This API key doesn't exist, or has been revoked.");
  const { key, user } = access;
  if (key.expiresMs !== null && key.expiresMs <= ctx.nowMs) throw unauthenticated("This API key has expired.");
  if (!isAddressAllowed(key.ips, callerOf(request.headers).address)) {
    throw new ScripError("forbidden", "This API key may not be used from this address.");
  }
  const principal: Principal = {
    user,
    by: { kind: "key", id: key.id },
    isAdmin: hasScope(access, "admin"),
    bounds: boundsOf(key, hasScope(access, "admin")),
    may: (scope) => hasScope(access, scope),
  };
  if ((key.lastUsedMs ?? 0) < ctx.nowMs - TOUCH_EVERY_MS) {
    await touchApiKeys(reader, { ...ctx, actor: actorOf(principal) }, [{ id: key.id, atMs: ctx.nowMs }]);
  }
  return principal;
}

/** The token of a session that a request's cookie carries. */
function sessionTokenOf(request: Request): string | undefined {
  const name = sessionCookie();
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, value] = pair.trim().split(/=(.*)/s);
    if (key === name) return value;
  }
  return undefined;
}

async function bySession(request: Request, nowMs: number): Promise<Principal | null> {
  const sid = await readSid(sessionTokenOf(request));
  const found = sid && (await findSession(webDatabase().reader, nowMs, sid));
  if (!found) return null;
  const isAdmin = found.user.role === "admin";
  return {
    user: found.user,
    by: { kind: "session", id: found.session.id },
    isAdmin,
    bounds: null,
    may: (scope) => scope !== "admin" || isAdmin,
  };
}

/** A request of a browser that changes something comes from a page of ours. Source: OWASP, CSRF prevention. */
function requireOwnOrigin(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  if (request.headers.get("origin") !== new URL(webEnv().appUrl).origin) {
    throw new ScripError("forbidden", "A request with a session's cookie must come from the web app itself.");
  }
}

/**
 * Who asks, with the scope that the call wants.
 *
 * Errors: `unauthenticated` for nobody, a bad or an expired key; `account_suspended`; `forbidden` without the scope, from
 * an address that the key isn't for, or from another site's page.
 */
export async function requirePrincipal(
  request: Request,
  ctx: Pick<Ctx, "nowMs" | "requestId">,
  scope: Scope,
): Promise<Principal> {
  const header = request.headers.get("authorization");
  const principal = header === null ? await bySession(request, ctx.nowMs) : await byKey(request, ctx, header);
  if (!principal) throw unauthenticated("Nobody is signed in.");
  if (principal.by.kind === "session") requireOwnOrigin(request);
  if (principal.user.suspendedMs !== null) {
    throw new ScripError("account_suspended", "This account is suspended. Ask support why, and what to do.");
  }
  if (!principal.may(scope)) {
    throw new ScripError(
      "forbidden",
      scope === "admin" ? "Only admins may do this." : `This API key lacks the scope ${scope}.`,
    );
  }
  return principal;
}
