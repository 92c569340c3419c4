"use server";

import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { ownPath } from "@/app/_server/request";
import { keepDevice, keepSession, readDevice } from "@/app/_server/auth";
import { readCaller } from "@/app/_server/request";
import { webDatabase } from "@/app/_server/database";
import { textOf } from "@/app/_server/request";
import { forgetReferralCode, readReferralCode } from "@/app/_server/referral";
import { countSignUp } from "@/app/_server/limits";
import { createDeviceToken, hashPassword, signUp as makeAccount, SignUpInput, TimeZone } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { ScripError } from "@/lib/errors";
import { readSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import type { AuthState } from "../_components/auth-form";

async function readForm(form: FormData) {
  const zone = TimeZone.safeParse(form.get("timeZone"));
  return SignUpInput.safeParse({
    email: form.get("email"),
    password: form.get("password"),
    time_zone: zone.success ? zone.data : "UTC",
    locale: await getLocale(),
    referred_by: await readReferralCode(),
  });
}

/** Make an account, sign its owner in, and go to the overview. */
export async function signUp(_previous: AuthState, form: FormData): Promise<AuthState> {
  const t = await getTranslations("Auth.errors");
  const email = textOf(form, "email");
  const parsed = await readForm(form);
  if (!parsed.success) {
    const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
    return {
      email,
      errors: {
        email: wrong.has("email") ? t("email") : undefined,
        password: wrong.has("password") ? t("password") : undefined,
      },
    };
  }
  const caller = await readCaller();
  const { sign_ups_per_hour: mostAnHour } = await readSettings(webDatabase().reader);
  const waitS = await countSignUp(caller.address, mostAnHour);
  if (waitS > 0) return { email, errors: { form: t("limited", { minutes: Math.ceil(waitS / 60) }) } };

  const { password, ...input } = parsed.data;
  const passwordHash = await hashPassword(password);
  const ctx = systemCtx("sign-up", nowMs());
  try {
    const { secret } = await readDevice();
    const { session, deviceToken } = await webDatabase().inTransaction(async (tx) => {
      const { switches } = await readSettings(tx);
      if (!switches.sign_ups) throw new ScripError("forbidden", "Sign-ups are switched off.");
      const made = await makeAccount(tx, ctx, { ...input, passwordHash, userAgent: caller.userAgent });
      return { ...made, deviceToken: await createDeviceToken(tx, secret, made.user.id) };
    });
    await keepSession(session);
    await keepDevice(deviceToken);
    await forgetReferralCode();
  } catch (error) {
    if (error instanceof ScripError && error.code === "forbidden") return { email, errors: { form: t("closed") } };
    if (error instanceof ScripError && error.code === "state_conflict") return { email, errors: { form: t("taken") } };
    throw error;
  }
  return redirect(ownPath(textOf(form, "next"), "/overview"));
}
