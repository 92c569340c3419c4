"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { InputField } from "@/app/_components/ui/field";

type ModelPickerProps = { models: string[]; chosen: string[]; onChange: (chosen: string[]) => void };

/** Which models a key may use: boxes to tick, with a filter; none ticked means all. */
export function ModelPicker({ models, chosen, onChange }: ModelPickerProps) {
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
