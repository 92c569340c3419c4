"use server";

import { redirect } from "next/navigation";
import { endAllSessions } from "@/lib/auth";
import { forgetSession, signOut } from "../_server/auth";
import { webDatabase } from "../_server/database";
import { requireSession } from "../_server/session";

/** Sign out in this browser. */
export async function leave(): Promise<void> {
  await signOut();
  redirect("/sign-in");
}

/** Sign out everywhere: every session of the account ends, this one too. */
export async function leaveEverywhere(): Promise<void> {
  const { user, ctx } = await requireSession();
  await webDatabase().inTransaction((tx) => endAllSessions(tx, ctx, { userId: user.id, exceptSessionId: null }));
  await forgetSession();
  redirect("/sign-in");
}
