"use client";

import { useLocale, useTranslations } from "next-intl";
import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from "recharts";
import { dayText } from "./series";
import { CHART_COLOURS, type DaySeries, OTHER_COLOUR } from "./series";

type Point = { day: string; [series: string]: string | number };

function Tip({ active, payload, label }: TooltipContentProps) {
  const locale = useLocale();
  const t = useTranslations("Ui");
  if (!active || payload.length === 0) return null;
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const spent = payload.filter(({ value }) => typeof value === "number" && value > 0);
  const total = spent.reduce((sum, { value }) => sum + Number(value), 0);
  return (
    <div className="min-w-40 rounded-md border border-line bg-raised px-3 py-2 text-[13px] shadow-2">
      <p className="mb-1 flex justify-between gap-6 font-medium">
        {dayText(String(label), locale)}
        <span className="tabular-nums">{t("credits", { amount: number.format(total) })}</span>
      </p>
      {spent.toReversed().map(({ name, value, color }) => (
        <p key={String(name)} className="flex items-center gap-2 text-ink-2">
          <span aria-hidden="true" className="size-2 rounded-full" style={{ background: color }} />
          <span className="mr-4 truncate">{name}</span>
          <span className="ml-auto tabular-nums">{number.format(Number(value))}</span>
        </p>
      ))}
    </div>
  );
}

/** Stacked bars, one a day. */
export default function Bars({ series, names }: { series: DaySeries; names: string[] }) {
  const locale = useLocale();
  const points: Point[] = series.days.map(({ day, credits }) => ({
    day,
    ...Object.fromEntries(credits.map((amount, index) => [`s${index}`, amount])),
  }));
  const axis = { stroke: "var(--ink-3)", fontSize: 12, tickLine: false, axisLine: false } as const;
  const compact = new Intl.NumberFormat(locale, { notation: "compact" });
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 240 }}>
      <BarChart data={points} accessibilityLayer margin={{ top: 8, right: 24, bottom: 0, left: 0 }}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          {...axis}
          dataKey="day"
          tickFormatter={(day: string) => dayText(day, locale)}
          minTickGap={32}
          tickMargin={6}
        />
        <YAxis {...axis} width={48} tickFormatter={(amount: number) => compact.format(amount)} allowDecimals={false} />
        <Tooltip content={Tip} cursor={{ fill: "var(--hover)" }} isAnimationActive={false} />
        {names.map((name, index) => (
          <Bar
            key={name}
            dataKey={`s${index}`}
            name={name}
            stackId="day"
            fill={index < series.models.length ? CHART_COLOURS[index] : OTHER_COLOUR}
            isAnimationActive={false}
            maxBarSize={26}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}
