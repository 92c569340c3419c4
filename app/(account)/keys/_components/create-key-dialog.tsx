"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState, useTransition } from "react";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { InputField, TextareaField } from "@/app/_components/ui/field";
import { Select } from "@/app/_components/ui/select";
import { showToast } from "@/app/_components/ui/toast-queue";
import type { Scope } from "@/lib/auth";
import { createKey, type NewSecret } from "../actions";
import type { CreateKeyForm } from "./key-view";
import { ModelPicker } from "./model-picker";
import { ScopeBoxes } from "./scope-boxes";

const EXPIRIES = ["never", "1", "7", "30", "90", "365"] as const;

type Limits = Omit<CreateKeyForm, "name" | "ips">;
const NO_LIMITS: Limits = { scopes: ["inference"], models: [], expiresInDays: null };

type LimitFieldsProps = {
  limits: Limits;
  onChange: (limits: Limits) => void;
  wrong: string[];
  models: string[];
  scopes: Scope[];
};

function LimitFields({ limits, onChange, wrong, models, scopes }: LimitFieldsProps) {
  const t = useTranslations("Keys.form");
  return (
    <details className="group" open={wrong.some((field) => field !== "name") || undefined}>
      <summary className="flex w-fit list-none items-center gap-1.5 rounded-sm text-[13px] font-medium text-ink-2 hover:text-ink">
        <ChevronRight aria-hidden="true" className="size-4 transition-transform group-open:rotate-90" />
        {t("advanced")}
      </summary>
      <div className="mt-4 flex flex-col gap-5">
        <ScopeBoxes
          scopes={scopes}
          chosen={limits.scopes}
          onChange={(chosen) => onChange({ ...limits, scopes: chosen })}
          error={wrong.includes("scopes") ? t("scopesError") : undefined}
        />
        <div className="flex flex-col gap-1.5">
          <span className="text-[13px] font-medium">{t("expiry")}</span>
          <Select
            label={t("expiry")}
            value={limits.expiresInDays === null ? "never" : String(limits.expiresInDays)}
            onChange={(value) => onChange({ ...limits, expiresInDays: value === "never" ? null : Number(value) })}
            options={EXPIRIES.map((value) => ({ value, label: t(`expiries.${value}`) }))}
          />
        </div>
        <ModelPicker
          models={models}
          chosen={limits.models}
          onChange={(chosen) => onChange({ ...limits, models: chosen })}
        />
        <TextareaField
          label={t("ips")}
          name="ips"
          hint={t("ipsHint")}
          placeholder="203.0.113.0/24"
          className="font-mono text-[13px]"
          error={wrong.includes("ips") ? t("ipsError") : undefined}
        />
      </div>
    </details>
  );
}

const text = (value: FormDataEntryValue | null): string => (typeof value === "string" ? value : "");

export type CreateKeyDialogProps = {
  onClose: () => void;
  onCreated: (created: NewSecret) => void;
  models: string[];
  scopes: Scope[];
};

/** A name is enough; what limits a key is one click further. */
export default function CreateKeyDialog({ onClose, onCreated, models, scopes }: CreateKeyDialogProps) {
  const t = useTranslations("Keys");
  const [isPending, startTransition] = useTransition();
  const [limits, setLimits] = useState(NO_LIMITS);
  const [wrong, setWrong] = useState<string[]>([]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const ips = text(form.get("ips"))
      .split(/[\s,]+/)
      .filter(Boolean);
    startTransition(async () => {
      const created = await createKey({ ...limits, name: text(form.get("name")), ips });
      if (created.outcome === "done") onCreated(created.value);
      else if (created.outcome === "invalid") setWrong(created.fields);
      else showToast({ title: t("failed"), text: created.message, isError: true });
    });
  };
  return (
    <Dialog isOpen onClose={onClose} title={t("form.title")} note={t("form.note")}>
      <form onSubmit={submit} className="flex flex-col gap-5">
        <InputField
          label={t("form.name")}
          name="name"
          placeholder={t("form.namePlaceholder")}
          autoComplete="off"
          required
          maxLength={100}
          error={wrong.includes("name") ? t("form.nameError") : undefined}
        />
        <LimitFields limits={limits} onChange={setLimits} wrong={wrong} models={models} scopes={scopes} />
        <Button type="submit" isPending={isPending}>
          {t("form.submit")}
        </Button>
      </form>
    </Dialog>
  );
}
