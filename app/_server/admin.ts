import { notFound } from "next/navigation";
import type { User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { requireSession } from "./session";

/** The admin who asks. Each page asks by itself: a layout isn't rendered anew with every page below it. */
export async function requireAdmin(): Promise<{ user: User; ctx: Ctx }> {
  const { user, ctx } = await requireSession();
  if (user.role !== "admin") notFound();
  return { user, ctx };
}
