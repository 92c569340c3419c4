import { formatUsd, type Nanos } from "@/lib/money";
import type { Pnl } from "@/lib/insight";

/** Dollars a day, for drawing. */
export type PnlSeries = { day: string; revenue: number; cost: number; profit: number }[];

/** A chart draws with floating point; nothing else of an amount does. */
const toChart = (amount: Nanos | undefined): number => (amount === undefined ? 0 : Number(formatUsd(amount)));

/** Each day's figures, the oldest first; days without requests are nothing, not missing. */
export function toPnlSeries(days: string[], { groups }: Pick<Pnl, "groups">): PnlSeries {
  const byDay = new Map(groups.map(({ group, figures }) => [group, figures]));
  return days.map((day) => {
    const figures = byDay.get(day);
    return {
      day,
      revenue: toChart(figures?.revenueNanos),
      cost: toChart(figures?.costNanos),
      profit: toChart(figures?.profitNanos),
    };
  });
}
