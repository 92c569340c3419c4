import { findSession, type Session, type User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { readSessionId } from "./auth";
import { webDatabase } from "./database";
import { userCtx } from "./request";

/** The session of this request with its user, read from its row, once a request; `null` for visitors. */
const currentSession = cache(async (): Promise<{ session: Session; user: User } | null> => {
  const id = await readSessionId();
  return id && findSession(webDatabase().reader, nowMs(), id);
});

/** Who asks, or `null`. */
export async function currentUser(): Promise<User | null> {
  return (await currentSession())?.user ?? null;
}

/** Who asks and when, for pages and actions behind a sign-in. Visitors are sent to sign in and come back afterwards. */
export async function requireSession(): Promise<{ session: Session; user: User; ctx: Ctx }> {
  const found = await currentSession();
  if (!found) {
    const path = (await headers()).get("x-path");
    redirect(path ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in");
  }
  return { ...found, ctx: userCtx(found.user, nowMs()) };
}

/** The admin who asks. Each page asks by itself: a layout isn't rendered anew with every page below it. */
export async function requireAdmin(): Promise<{ user: User; ctx: Ctx }> {
  const { user, ctx } = await requireSession();
  if (user.role !== "admin") notFound();
  return { user, ctx };
}
