import { formatCredits, type Micros, micros } from "@/lib/money";
import { summariseUsage, type UsageFilter, type UsageSum } from "@/lib/usage";
import type { DaySeries } from "../_components/charts/series";
import { webDatabase } from "./database";
import type { DayRange } from "./range";

const MODELS_SHOWN = 6;

/** A chart draws with floating point; nothing else of an amount does. */
const toChart = (amount: Micros): number => Number(formatCredits(amount));

export type SpendByDay = { series: DaySeries; byModel: UsageSum[]; totalMicros: Micros; count: bigint; failed: bigint };

/** What was spent on each day, by model: the six that cost most, and the rest together. */
export async function readSpendByDay(filter: UsageFilter, range: DayRange, timeZone: string): Promise<SpendByDay> {
  const { reader } = webDatabase();
  const within = { ...filter, fromMs: range.fromMs, toMs: range.toMs };
  const byModel = await summariseUsage(reader, within, { group: "model", timeZone });
  const shown = byModel.filter(({ chargeMicros }) => chargeMicros > 0n).slice(0, MODELS_SHOWN);
  const [all, ...each] = await Promise.all([
    summariseUsage(reader, within, { group: "day", timeZone }),
    ...shown.map(({ group }) => summariseUsage(reader, { ...within, model: group }, { group: "day", timeZone })),
  ]);
  const amountOn = (sums: UsageSum[], day: string): Micros =>
    sums.find(({ group }) => group === day)?.chargeMicros ?? micros(0n);
  const hasOther = byModel.filter(({ chargeMicros }) => chargeMicros > 0n).length > shown.length;
  const days = range.days.map((day) => {
    const parts = each.map((sums) => amountOn(sums, day));
    const other = micros(parts.reduce<bigint>((left, part) => left - part, amountOn(all, day)));
    return { day, credits: [...parts, ...(hasOther ? [other] : [])].map(toChart) };
  });
  const sum = (pick: (one: UsageSum) => bigint): bigint => byModel.reduce((total, one) => total + pick(one), 0n);
  return {
    series: { models: shown.map(({ group }) => group), hasOther, days },
    byModel,
    totalMicros: micros(sum(({ chargeMicros }) => chargeMicros)),
    count: sum(({ count }) => count),
    failed: sum(({ failed }) => failed),
  };
}
