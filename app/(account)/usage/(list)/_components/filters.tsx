"use client";

import { Search, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type FormEvent, useState } from "react";
import { DEFAULT_RANGE, isRange, RANGES } from "@/app/_components/ranges";
import { Button } from "@/app/_components/ui/button";
import { inputClass } from "@/app/_components/ui/field";
import { type Option, Select } from "@/app/_components/ui/select";
import { showToast } from "@/app/_components/ui/toast-queue";
import { USAGE_STATUSES } from "@/app/_components/usage-status";

const ALL = "";
const REQUEST_ID = /^req_[0-9a-z]{26}$/;
const PARSERS = {
  range: parseAsStringLiteral(RANGES).withDefault(DEFAULT_RANGE),
  model: parseAsString.withDefault(ALL),
  key: parseAsString.withDefault(ALL),
  status: parseAsString.withDefault(ALL),
  after: parseAsString.withDefault(ALL),
};

function RequestSearch() {
  const t = useTranslations("Usage.filters");
  const router = useRouter();
  const [id, setId] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (REQUEST_ID.test(id.trim())) router.push(`/usage/${id.trim()}`);
    else showToast({ title: t("searchError"), isError: true });
  };
  return (
    <form onSubmit={submit} role="search" className="relative w-full sm:w-60">
      <Search aria-hidden="true" className="absolute top-2.5 left-3 size-4 text-ink-3" />
      <input
        type="search"
        aria-label={t("search")}
        placeholder={t("search")}
        value={id}
        onChange={(event) => setId(event.target.value)}
        className={`${inputClass} w-full pl-9`}
      />
    </form>
  );
}

/** What the page shows, kept in its address: a view can be shared, and Back goes to the one before. */
export function UsageFilters({ models, keys }: { models: string[]; keys: Option[] }) {
  const t = useTranslations("Usage");
  const [chosen, choose] = useQueryStates(PARSERS, { shallow: false, history: "push" });
  const set = (change: Partial<typeof chosen>) => void choose({ ...change, after: null });
  const isFiltered = chosen.model !== ALL || chosen.key !== ALL || chosen.status !== ALL;
  const width = "w-[calc(50%-0.25rem)] sm:w-36";
  return (
    <div role="group" aria-label={t("filters.label")} className="mb-4 flex flex-wrap items-center gap-2">
      <Select
        label={t("filters.range")}
        value={chosen.range}
        onChange={(range) => isRange(range) && set({ range })}
        options={RANGES.map((value) => ({ value, label: t(`filters.ranges.${value}`) }))}
        className={width}
      />
      <Select
        label={t("filters.model")}
        value={chosen.model}
        onChange={(model) => set({ model })}
        options={[{ value: ALL, label: t("filters.allModels") }, ...models.map((value) => ({ value, label: value }))]}
        className={width}
      />
      <Select
        label={t("filters.key")}
        value={chosen.key}
        onChange={(key) => set({ key })}
        options={[{ value: ALL, label: t("filters.allKeys") }, ...keys]}
        className={width}
      />
      <Select
        label={t("filters.status")}
        value={chosen.status}
        onChange={(status) => set({ status })}
        options={[
          { value: ALL, label: t("filters.allStatuses") },
          ...USAGE_STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
        ]}
        className={width}
      />
      {isFiltered && (
        <Button variant="ghost" onClick={() => set({ model: ALL, key: ALL, status: ALL })}>
          <X aria-hidden="true" className="size-4" />
          {t("filters.clear")}
        </Button>
      )}
      <div className="max-sm:w-full sm:ml-auto">
        <RequestSearch />
      </div>
    </div>
  );
}
