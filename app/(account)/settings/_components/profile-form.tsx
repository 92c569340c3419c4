"use client";

import { useTranslations } from "next-intl";
import { useActionState, useEffect } from "react";
import type { Acted } from "@/app/_server/action";
import { Button } from "@/app/_components/ui/button";
import { Field, InputField, inputClass } from "@/app/_components/ui/field";
import { showToast } from "@/app/_components/ui/toast-queue";
import { saveProfile } from "../actions";

type ProfileFormProps = { email: string; name: string | null; timeZone: string; timeZones: string[]; locale: string };
const LANGUAGES = ["en"] as const;

/** Name, time zone and language. The lists are the browser's own: long ones are searched by typing there. */
export function ProfileForm({ email, name, timeZone, timeZones, locale }: ProfileFormProps) {
  const t = useTranslations("Settings");
  const [saved, submit, isPending] = useActionState<Acted<null> | null, FormData>(saveProfile, null);
  useEffect(() => {
    if (saved?.outcome === "done") showToast({ title: t("profile.saved") });
    if (saved?.outcome === "refused") showToast({ title: t("failed"), text: saved.message, isError: true });
  }, [saved, t]);
  return (
    <form action={submit} className="flex max-w-md flex-col gap-5">
      <InputField label={t("profile.email")} value={email} readOnly disabled />
      <InputField
        label={t("profile.name")}
        name="name"
        defaultValue={name ?? ""}
        maxLength={100}
        autoComplete="name"
        placeholder={t("profile.namePlaceholder")}
      />
      <Field label={t("profile.timeZone")} hint={t("profile.timeZoneHint")}>
        {(control) => (
          <select
            {...control}
            name="timeZone"
            key={timeZone}
            defaultValue={timeZone}
            className={`${inputClass} select w-full`}
          >
            {timeZones.map((zone) => (
              <option key={zone}>{zone}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t("profile.language")}>
        {(control) => (
          <select
            {...control}
            name="locale"
            key={locale}
            defaultValue={locale}
            className={`${inputClass} select w-full`}
          >
            {LANGUAGES.map((language) => (
              <option key={language} value={language}>
                {t(`profile.languages.${language}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Button type="submit" isPending={isPending} className="self-start">
        {t("profile.submit")}
      </Button>
    </form>
  );
}
