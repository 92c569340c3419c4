"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect } from "react";
import { PasswordField } from "@/app/_components/password-field";
import { Button } from "@/app/_components/ui/button";
import { showToast } from "@/app/_components/ui/toast-queue";
import { changePassword, type PasswordState } from "../actions";

/** A new password, after the current one. */
export function PasswordForm({ email }: { email: string }) {
  const t = useTranslations("Settings.password");
  const [state, submit, isPending] = useActionState<PasswordState, FormData>(changePassword, { outcome: "idle" });
  useEffect(() => {
    if (state.outcome === "saved") showToast({ title: t("saved") });
  }, [state, t]);
  const errorOf = (field: "current" | "next") =>
    state.outcome === "refused" && state.field === field ? state.message : undefined;
  return (
    <form action={submit} className="flex max-w-md flex-col gap-5">
      {/* Tells password managers whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" defaultValue={email} />
      <PasswordField label={t("current")} name="current" isNew={false} error={errorOf("current")} />
      <PasswordField label={t("next")} name="next" isNew error={errorOf("next")} />
      <Button type="submit" isPending={isPending} className="self-start">
        {t("submit")}
      </Button>
    </form>
  );
}
