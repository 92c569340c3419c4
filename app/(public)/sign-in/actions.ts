"use server";

import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { ownPath } from "@/app/_server/request";
import { signInWithPassword } from "@/app/_server/auth";
import { textOf } from "@/app/_server/request";
import { SignInInput } from "@/lib/auth";
import type { AuthState } from "../_components/auth-form";

/** Sign in with e-mail and password, and go where one was going. */
export async function signIn(_previous: AuthState, form: FormData): Promise<AuthState> {
  const t = await getTranslations("Auth.errors");
  const email = textOf(form, "email");
  const parsed = SignInInput.safeParse({ email, password: form.get("password") });
  if (!parsed.success) return { email, errors: { form: t("credentials") } };

  const signedIn = await signInWithPassword(parsed.data.email, parsed.data.password);
  switch (signedIn.outcome) {
    case "signed_in":
      return redirect(ownPath(textOf(form, "next"), "/overview"));
    case "wrong":
      return { email, errors: { form: t("credentials") } };
    case "suspended":
      return { email, errors: { form: t("suspended") } };
    case "throttled":
      return { email, errors: { form: t("limited", { minutes: Math.ceil(signedIn.retryAfterS / 60) }) } };
  }
}
