"use client";

import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { useActionState, useEffect, useRef } from "react";
import { Button } from "@/app/_components/ui/button";
import { InputField } from "@/app/_components/ui/field";
import { PasswordField } from "@/app/_components/password-field";

export type AuthState = { email: string; errors: { form?: string; email?: string; password?: string } };
export type AuthAction = (previous: AuthState, form: FormData) => Promise<AuthState>;

const NOTHING: AuthState = { email: "", errors: {} };

/** E-mail and password, to sign in or to sign up with. Works before its script has arrived, too. */
export function AuthForm({ action, kind, next }: { action: AuthAction; kind: "signIn" | "signUp"; next: string }) {
  const t = useTranslations("Auth");
  const [state, submit, isPending] = useActionState(action, NOTHING);
  const zone = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (zone.current) zone.current.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
  return (
    <form action={submit} className="flex flex-col gap-4" noValidate={false}>
      {state.errors.form && (
        <div
          role="alert"
          className="flex gap-2.5 rounded-md border border-danger/30 bg-danger-soft px-3 py-2.5 text-sm text-danger"
        >
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          {state.errors.form}
        </div>
      )}
      <InputField
        label={t("email")}
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={254}
        key={state.email}
        defaultValue={state.email}
        error={state.errors.email}
        placeholder="you@example.com"
      />
      <PasswordField label={t("password")} name="password" isNew={kind === "signUp"} error={state.errors.password} />
      <input ref={zone} type="hidden" name="timeZone" defaultValue="UTC" />
      <input type="hidden" name="next" value={next} />
      <Button type="submit" isPending={isPending} className="mt-1 h-10">
        {t(`${kind}.submit`)}
      </Button>
    </form>
  );
}
