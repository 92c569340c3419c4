import type { User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { newUuid } from "@/lib/ids";

/** The context of what a signed-in person does. */
export function userCtx(user: User, nowMs: number): Ctx {
  return { nowMs, actor: { kind: "user", userId: user.id, isAdmin: user.role === "admin" }, requestId: newUuid(nowMs) };
}
