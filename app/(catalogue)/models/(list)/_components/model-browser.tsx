"use client";

import { isKnownCapability } from "@/app/_components/capabilities";
import type { ModelView } from "@/app/_components/model-view";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { inputClass } from "@/app/_components/ui/field";
import { Segments } from "@/app/_components/ui/segments";
import { Select } from "@/app/_components/ui/select";
import { useProviderName } from "@/app/_components/model-view";
import { Search, SearchX, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { ModelTable } from "./model-table";
import { ALL, countBy, PARSERS, select, type Selection, SORTS, UNITS } from "./selection";

type ModelFiltersProps = {
  models: ModelView[];
  selection: Selection;
  onChange: (change: Partial<Selection>) => void;
  onClear: () => void;
};

function SearchBox({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const t = useTranslations("Models");
  return (
    <div className="relative w-full sm:w-60">
      <Search aria-hidden="true" className="absolute top-2.5 left-3 size-4 text-ink-3" />
      <input
        type="search"
        aria-label={t("filters.search")}
        placeholder={t("filters.search")}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        className={`${inputClass} w-full pl-9`}
      />
    </div>
  );
}

/** What narrows and orders the catalogue. */
function ModelFilters({ models, selection, onChange, onClear }: ModelFiltersProps) {
  const t = useTranslations("Models");
  const providerName = useProviderName();
  const capabilityName = (name: string) => (isKnownCapability(name) ? t(`capabilities.${name}`) : name);
  const isFiltered = selection.q !== ALL || selection.provider !== ALL || selection.capability !== ALL;
  const width = "w-[calc(50%-0.25rem)] sm:w-44";
  const counted = (values: [string, number][], nameOf: (value: string) => string) =>
    values.map(([value, count]) => ({ value, label: t("filters.counted", { name: nameOf(value), count }) }));
  return (
    <div role="search" aria-label={t("filters.label")} className="mb-4 flex flex-wrap items-center gap-2">
      <SearchBox text={selection.q} onChange={(q) => onChange({ q })} />
      <Select
        label={t("filters.provider")}
        value={selection.provider}
        onChange={(provider) => onChange({ provider })}
        options={[
          { value: ALL, label: t("filters.allProviders") },
          ...counted(
            countBy(models, ({ provider }) => [provider]),
            providerName,
          ),
        ]}
        className={width}
      />
      <Select
        label={t("filters.capability")}
        value={selection.capability}
        onChange={(capability) => onChange({ capability })}
        options={[
          { value: ALL, label: t("filters.allCapabilities") },
          ...counted(
            countBy(models, ({ capabilities }) => capabilities),
            capabilityName,
          ),
        ]}
        className={width}
      />
      <Select
        label={t("filters.sort")}
        value={selection.sort}
        onChange={(value) => onChange({ sort: SORTS.find((sort) => sort === value) ?? "listed" })}
        options={SORTS.map((value) => ({ value, label: t(`sorts.${value}`) }))}
        className={width}
      />
      {isFiltered && (
        <Button variant="ghost" onClick={onClear}>
          <X aria-hidden="true" className="size-4" />
          {t("filters.clear")}
        </Button>
      )}
      <div className="max-sm:w-full sm:ml-auto">
        <Segments
          label={t("filters.per")}
          options={UNITS.map((value) => ({ value, label: t(`units.${value}`) }))}
          value={selection.per}
          onChange={(per) => onChange({ per })}
        />
      </div>
    </div>
  );
}

/** The catalogue with what narrows it; all of that is in the address, so that a view can be shared. */
export function ModelBrowser({ models, hasBalance }: { models: ModelView[]; hasBalance: boolean }) {
  const t = useTranslations("Models");
  const [selection, choose] = useQueryStates(PARSERS, { history: "replace" });
  const shown = select(models, selection);
  const clear = () => void choose({ q: null, provider: null, capability: null });
  return (
    <>
      <ModelFilters models={models} selection={selection} onChange={(change) => void choose(change)} onClear={clear} />
      <p role="status" className="mb-2 text-[13px] text-ink-3">
        {t("shown", { shown: shown.length, all: models.length })}
      </p>
      <Card className="overflow-hidden">
        {shown.length > 0 ? (
          <ModelTable models={shown} per={selection.per} hasBalance={hasBalance} />
        ) : models.length > 0 ? (
          <EmptyState icon={SearchX} title={t("none.title")} text={t("none.text")}>
            <Button variant="secondary" onClick={clear}>
              {t("filters.clear")}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState icon={SearchX} title={t("empty.title")} text={t("empty.text")} />
        )}
      </Card>
    </>
  );
}
