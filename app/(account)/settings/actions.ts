"use server";

import { revalidatePath } from "next/cache";
import { getTranslations } from "next-intl/server";
import { act, type Acted } from "@/app/_server/action";
import { keepDevice, readDevice } from "@/app/_server/auth";
import { readCaller } from "@/app/_server/request";
import { webDatabase } from "@/app/_server/database";
import { textOf } from "@/app/_server/request";
import { requireSession } from "@/app/_server/session";
import {
  AccountPatch,
  changePassword as setPassword,
  createDeviceToken,
  endAllSessions,
  endSession as end,
  hashPassword,
  Password,
  updateAccount,
  verifyCredentials,
} from "@/lib/auth";
import { ScripError } from "@/lib/errors";
import type { Uuid } from "@/lib/ids";

export type PasswordState =
  | { outcome: "idle" | "saved" }
  | { outcome: "refused"; field: "current" | "next"; message: string };

/** Keep name, time zone and language. */
export async function saveProfile(_previous: Acted<null> | null, form: FormData): Promise<Acted<null>> {
  const saved = await act(async (tx, ctx, user) => {
    const patch = AccountPatch.safeParse({
      name: textOf(form, "name").trim() || null,
      time_zone: textOf(form, "timeZone"),
      locale: textOf(form, "locale"),
    });
    if (!patch.success) throw new ScripError("validation_failed", "The profile doesn't fit its schema.");
    await updateAccount(tx, ctx, { userId: user.id, patch: patch.data });
    return null;
  });
  revalidatePath("/", "layout");
  return saved;
}

/** Set a new password, after the current one; every other session ends. */
export async function changePassword(_previous: PasswordState, form: FormData): Promise<PasswordState> {
  const [{ user, session, ctx }, t, caller] = await Promise.all([
    requireSession(),
    getTranslations("Settings.password"),
    readCaller(),
  ]);
  const next = Password.safeParse(textOf(form, "next"));
  if (!next.success) return { outcome: "refused", field: "next", message: t("invalid") };
  const device = await readDevice();
  const input = { email: user.email, password: textOf(form, "current"), origin: caller.address, device };
  const checked = await verifyCredentials(webDatabase(), input);
  if (checked.outcome === "throttled") {
    const message = t("limited", { minutes: Math.ceil(checked.retryAfterS / 60) });
    return { outcome: "refused", field: "current", message };
  }
  if (checked.outcome !== "verified") return { outcome: "refused", field: "current", message: t("wrong") };
  const passwordHash = await hashPassword(next.data);
  const deviceToken = await webDatabase().inTransaction(async (tx) => {
    await setPassword(tx, ctx, { userId: user.id, passwordHash, exceptSessionId: session.id });
    return createDeviceToken(tx, device.secret, user.id);
  });
  await keepDevice(deviceToken);
  revalidatePath("/settings");
  return { outcome: "saved" };
}

/** End one session. */
export async function endSession(id: string): Promise<Acted<null>> {
  const ended = await act(async (tx, ctx, user) => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new ScripError("not_found", "There is no such session.");
    // Its form was just checked; a session of somebody else's changes nothing.
    await end(tx, ctx, { userId: user.id, sessionId: id as Uuid });
    return null;
  });
  revalidatePath("/settings");
  return ended;
}

/** End every session but this one, whose browser stays known. */
export async function endOtherSessions(): Promise<Acted<null>> {
  const [{ session }, { secret }] = await Promise.all([requireSession(), readDevice()]);
  const ended = await act(async (tx, ctx, user) => {
    await endAllSessions(tx, ctx, { userId: user.id, exceptSessionId: session.id });
    return createDeviceToken(tx, secret, user.id);
  });
  if (ended.outcome === "done") await keepDevice(ended.value);
  revalidatePath("/settings");
  return ended.outcome === "done" ? { outcome: "done", value: null } : ended;
}
