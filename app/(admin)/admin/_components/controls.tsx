"use client";

import { useTranslations } from "next-intl";
import { useQueryStates } from "nuqs";
import { DEFAULT_RANGE, isRange, RANGES } from "@/app/_components/ranges";
import { Segments } from "@/app/_components/ui/segments";
import { Select } from "@/app/_components/ui/select";
import { PARSERS, VIEWS } from "./view";

const OPTIONS = { shallow: false, history: "push" } as const;

/** Which days the page is about. */
export function RangeSelect() {
  const t = useTranslations("Usage.filters");
  const [{ range }, choose] = useQueryStates(PARSERS, OPTIONS);
  return (
    <Select
      label={t("range")}
      value={range}
      onChange={(value) => void choose({ range: isRange(value) ? value : DEFAULT_RANGE })}
      options={RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))}
      className="w-40"
    />
  );
}

/** What the table tells apart. */
export function ViewSegments() {
  const t = useTranslations("Admin.by");
  const [{ by }, choose] = useQueryStates(PARSERS, OPTIONS);
  return (
    <Segments
      label={t("label")}
      options={VIEWS.map((value) => ({ value, label: t(value) }))}
      value={by}
      onChange={(value) => void choose({ by: value })}
    />
  );
}
