"use client";

import { useLocale, useTranslations } from "next-intl";
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from "recharts";
import { dayText } from "@/app/_components/charts/series";
import type { PnlSeries } from "./pnl-series";

type Colours = Readonly<Record<"revenue" | "cost" | "profit", string>>;

const dollars = (locale: string, options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", ...options });

function Tip({ active, payload, label }: TooltipContentProps) {
  const format = dollars(useLocale(), { maximumFractionDigits: 6 });
  const locale = useLocale();
  if (!active || payload.length === 0) return null;
  return (
    <div className="min-w-40 rounded-md border border-line bg-raised px-3 py-2 text-[13px] shadow-2">
      <p className="mb-1 font-medium">{dayText(String(label), locale)}</p>
      {payload.map(({ name, value, color }) => (
        <p key={String(name)} className="flex items-center gap-2 text-ink-2">
          <span aria-hidden="true" className="size-2 rounded-full" style={{ background: color }} />
          {name}
          <span className="ml-auto tabular-nums">{format.format(Number(value)).replace("-", "−")}</span>
        </p>
      ))}
    </div>
  );
}

/** Two bars a day and a line for what is between them. */
export default function PnlBars({ series, colours }: { series: PnlSeries; colours: Colours }) {
  const t = useTranslations("Admin.chart");
  const locale = useLocale();
  const compact = dollars(locale, { notation: "compact", maximumFractionDigits: 3 });
  const axis = { stroke: "var(--ink-3)", fontSize: 12, tickLine: false, axisLine: false } as const;
  const bar = { isAnimationActive: false, maxBarSize: 18 } as const;
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 240 }}>
      <ComposedChart data={series} accessibilityLayer margin={{ top: 4, right: 12, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          {...axis}
          dataKey="day"
          tickFormatter={(day: string) => dayText(day, locale)}
          minTickGap={32}
          tickMargin={6}
        />
        <YAxis {...axis} width={64} tickFormatter={(amount: number) => compact.format(amount).replace("-", "−")} />
        <ReferenceLine y={0} stroke="var(--line-strong)" />
        <Tooltip content={Tip} cursor={{ fill: "var(--hover)" }} isAnimationActive={false} />
        <Bar {...bar} dataKey="revenue" name={t("revenue")} fill={colours.revenue} />
        <Bar {...bar} dataKey="cost" name={t("cost")} fill={colours.cost} />
        <Line
          dataKey="profit"
          name={t("profit")}
          type="linear"
          stroke={colours.profit}
          strokeWidth={2}
          dot={false}
          isAnimationActive={false}
        />
      </ComposedChart>
    </ResponsiveContainer>
  );
}
