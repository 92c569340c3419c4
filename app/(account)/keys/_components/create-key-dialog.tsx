"use client";

import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { InputField, TextareaField } from "@/app/_components/ui/field";
import { Select } from "@/app/_components/ui/select";
import { showToast } from "@/app/_components/ui/toast-queue";
import type { Scope } from "@/lib/auth";
import { useAction } from "@/app/_components/ui/use-action";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { createKey, type NewSecret } from "../actions";
import type { CreateKeyForm } from "./key-view";

type ScopeBoxesProps = { scopes: Scope[]; chosen: Scope[]; onChange: (chosen: Scope[]) => void; error?: string };

/** What a key may be used for. */
function ScopeBoxes({ scopes, chosen, onChange, error }: ScopeBoxesProps) {
  const t = useTranslations("Keys");
  const toggle = (scope: Scope) =>
    onChange(chosen.includes(scope) ? chosen.filter((one) => one !== scope) : [...chosen, scope]);
  return (
    <fieldset>
      <legend className="mb-1.5 text-[13px] font-medium">{t("form.scopes")}</legend>
      <div className="flex flex-col gap-2">
        {scopes.map((scope) => (
          <label key={scope} className="flex items-start gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(scope)}
              onChange={() => toggle(scope)}
              className="mt-0.5 size-4 accent-(--accent-fill)"
            />
            <span>
              <span className="block leading-snug">{t(`scopes.${scope}`)}</span>
              <span className="block text-[13px] text-ink-3">{t(`scopeNotes.${scope}`)}</span>
            </span>
          </label>
        ))}
      </div>
      {error && <p className="mt-1.5 text-[13px] text-danger">{error}</p>}
    </fieldset>
  );
}

type ModelPickerProps = { models: string[]; chosen: string[]; onChange: (chosen: string[]) => void };

/** Which models a key may use: boxes to tick, with a filter; none ticked means all. */
function ModelPicker({ models, chosen, onChange }: ModelPickerProps) {
  const t = useTranslations("Keys.form");
  const [filter, setFilter] = useState("");
  const shown = models.filter((model) => model.toLowerCase().includes(filter.trim().toLowerCase()));
  const toggle = (model: string) =>
    onChange(chosen.includes(model) ? chosen.filter((one) => one !== model) : [...chosen, model]);
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 text-[13px] font-medium">{t("models")}</legend>
      <InputField
        label={t("modelsFilter")}
        isLabelHidden
        placeholder={t("modelsFilter")}
        type="search"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <div className="max-h-40 overflow-y-auto rounded-md border border-line p-1">
        {shown.length === 0 && <p className="px-2 py-3 text-[13px] text-ink-3">{t("modelsNone")}</p>}
        {shown.map((model) => (
          <label key={model} className="flex h-8 items-center gap-2.5 rounded-sm px-2 text-[13px] hover:bg-hover">
            <input
              type="checkbox"
              checked={chosen.includes(model)}
              onChange={() => toggle(model)}
              className="size-4 accent-(--accent-fill)"
            />
            <span className="truncate">{model}</span>
          </label>
        ))}
      </div>
      <p className="text-[13px] text-ink-3">{t("modelsHint")}</p>
    </fieldset>
  );
}

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
  const [isPending, startTransition] = useAction();
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
