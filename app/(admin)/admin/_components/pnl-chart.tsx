"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { Skeleton } from "@/app/_components/ui/skeleton";
import type { PnlSeries } from "./pnl-series";

// The charting library is bigger than the rest of the page: it comes after it.
const PnlBars = dynamic(() => import("./pnl-bars"), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

const PNL_COLOURS = {
  revenue: "var(--chart-1)",
  cost: "var(--chart-3)",
  profit: "var(--chart-2)",
} as const;

/** Revenue and cost side by side for each day, and the profit between them. The table below has the same numbers. */
export function PnlChart({ series }: { series: PnlSeries }) {
  const t = useTranslations("Admin.chart");
  return (
    <>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 px-5 pb-3 text-[13px] text-ink-2">
        {(Object.keys(PNL_COLOURS) as (keyof typeof PNL_COLOURS)[]).map((name) => (
          <li key={name} className="flex items-center gap-1.5">
            <span aria-hidden="true" className="size-2 rounded-full" style={{ background: PNL_COLOURS[name] }} />
            {t(name)}
          </li>
        ))}
      </ul>
      <div className="h-64 px-2 pb-3" data-money>
        <PnlBars series={series} colours={PNL_COLOURS} />
      </div>
    </>
  );
}
