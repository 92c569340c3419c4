"use client";

import clsx from "clsx";
import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field, inputClass } from "./ui/field";
import { PASSWORD_MIN, passwordStrength, type Strength } from "./password-strength";

const STEPS = [1, 2, 3, 4] as const;
const COLOURS: Record<Strength, string> = {
  0: "bg-line-strong",
  1: "bg-danger",
  2: "bg-warning",
  3: "bg-accent",
  4: "bg-accent",
};

function Meter({ password }: { password: string }) {
  const t = useTranslations("Auth.strength");
  const strength = passwordStrength(password);
  return (
    <span className="flex flex-col gap-1.5">
      <span aria-hidden="true" className="flex gap-1">
        {STEPS.map((step) => (
          <span
            key={step}
            className={clsx(
              "h-1 flex-1 rounded-full transition-colors",
              step <= strength ? COLOURS[strength] : "bg-line",
            )}
          />
        ))}
      </span>
      <span aria-live="polite">{password ? t(`${strength}`) : t("hint")}</span>
    </span>
  );
}

type PasswordFieldProps = { label: string; name: string; error?: string; isNew: boolean };

/** A password: paste and password managers welcome, can be shown, and, when it is a new one, tells how strong it is. */
export function PasswordField({ label, name, error, isNew }: PasswordFieldProps) {
  const t = useTranslations("Auth");
  const [isShown, setIsShown] = useState(false);
  const [password, setPassword] = useState("");
  const Icon = isShown ? EyeOff : Eye;
  return (
    <Field label={label} error={error} hint={isNew ? <Meter password={password} /> : undefined}>
      {(control) => (
        <span className="relative block">
          <input
            {...control}
            name={name}
            type={isShown ? "text" : "password"}
            autoComplete={isNew ? "new-password" : "current-password"}
            required
            minLength={isNew ? PASSWORD_MIN : undefined}
            maxLength={128}
            onChange={(event) => setPassword(event.target.value)}
            className={clsx(inputClass, "w-full pr-10")}
          />
          <button
            type="button"
            aria-label={t(isShown ? "hide" : "show")}
            aria-pressed={isShown}
            onClick={() => setIsShown(!isShown)}
            className="absolute inset-y-1 right-1 flex w-8 items-center justify-center rounded-sm text-ink-3 hover:text-ink"
          >
            <Icon aria-hidden="true" className="size-4" />
          </button>
        </span>
      )}
    </Field>
  );
}
