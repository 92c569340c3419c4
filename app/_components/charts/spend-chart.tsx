"use client";

import dynamic from "next/dynamic";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../ui/button";
import { Skeleton } from "../ui/skeleton";
import { Table, Td, Th, Tr } from "../ui/table";
import { CHART_COLOURS, type DaySeries, OTHER_COLOUR } from "./series";

// The charting library is bigger than the rest of the page: it comes after it.
const Bars = dynamic(() => import("./bars"), { ssr: false, loading: () => <Skeleton className="h-full w-full" /> });

/** The name of a series: its model, or "Other" for the rest. */
function useNames(series: DaySeries): string[] {
  const t = useTranslations("Chart");
  return series.hasOther ? [...series.models, t("other")] : series.models;
}

function Legend({ series, names }: { series: DaySeries; names: string[] }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-ink-2">
      {names.map((name, index) => (
        <li key={name} className="flex min-w-0 items-center gap-1.5">
          <span
            aria-hidden="true"
            className="size-2 shrink-0 rounded-full"
            style={{ background: index < series.models.length ? CHART_COLOURS[index] : OTHER_COLOUR }}
          />
          <span className="truncate">{name}</span>
        </li>
      ))}
    </ul>
  );
}

function AsTable({ series, names }: { series: DaySeries; names: string[] }) {
  const t = useTranslations("Chart");
  const number = new Intl.NumberFormat(useLocale(), { maximumFractionDigits: 6 });
  return (
    <div className="max-h-72 overflow-y-auto">
      <Table label={t("table")}>
        <thead>
          <tr>
            <Th>{t("day")}</Th>
            {names.map((name) => (
              <Th key={name} isNumeric>
                {name}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.days.toReversed().map(({ day, credits }) => (
            <Tr key={day}>
              <Td>{day}</Td>
              {credits.map((amount, index) => (
                <Td key={names[index]} isNumeric>
                  {number.format(amount)}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}

/** Credits a day by model, as bars or as a table of the same numbers. */
export function SpendChart({ series }: { series: DaySeries }) {
  const t = useTranslations("Chart");
  const names = useNames(series);
  const [isTable, setIsTable] = useState(false);
  return (
    <div>
      <div className="flex flex-wrap items-center justify-between gap-3 px-5 pb-3">
        <Legend series={series} names={names} />
        <Button
          variant="ghost"
          size="sm"
          onClick={() => setIsTable(!isTable)}
          aria-pressed={isTable}
          className="-mr-2 ml-auto"
        >
          {t(isTable ? "asChart" : "asTable")}
        </Button>
      </div>
      {isTable ? (
        <AsTable series={series} names={names} />
      ) : (
        <div className="h-64 px-2 pb-3">
          <Bars series={series} names={names} />
        </div>
      )}
    </div>
  );
}
