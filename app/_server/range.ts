import { TZDate } from "@date-fns/tz";
import { addDays, startOfDay, startOfMonth, subDays } from "date-fns";
import type { Range } from "../_components/ranges";

/** Whole days of a time zone, up to and with today. `days` names each of them, the oldest first. */
export type DayRange = { fromMs: number; toMs: number; days: string[] };

const DAYS = { today: 1, "7d": 7, "30d": 30, "90d": 90 } as const;

/** The range of days that a name stands for, as the zone's calendar has them: days with 23 or 25 hours included. */
export function dayRange(range: Range, timeZone: string, nowMs: number): DayRange {
  const today = startOfDay(new TZDate(nowMs, timeZone));
  const first = range === "month" ? startOfMonth(today) : subDays(today, DAYS[range] - 1);
  const days: string[] = [];
  for (let day = first; day <= today; day = addDays(day, 1)) days.push(dayName(day));
  return { fromMs: first.getTime(), toMs: addDays(today, 1).getTime(), days };
}

/** YYYY-MM-DD in its own zone: the zone's offset is the date's own. */
const dayName = (day: TZDate): string => day.toISOString().slice(0, 10);
