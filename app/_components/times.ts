import { toIso } from "@/lib/time";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "5 min. ago", "in 3 days". What was within the last minute is "now": seconds would be wrong while one reads them. */
export function relativeTime(atMs: number, nowMs: number, locale: string): string {
  const seconds = Math.round((atMs - nowMs) / 1_000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.max(0, seconds), "second");
}

/** The instant in words, in one's own zone and in UTC, and as RFC 3339. */
export function exactTime(atMs: number, locale: string, timeZone: string): { text: string; iso: string } {
  const write = (zone: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long", timeZone: zone }).format(atMs);
  return { text: timeZone === "UTC" ? write("UTC") : `${write(timeZone)}\n${write("UTC")}`, iso: toIso(atMs) };
}

/** A zone with its offset at that time: "Asia/Shanghai, GMT+8". */
export function zoneLabel(timeZone: string, atMs: number, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "shortOffset" }).formatToParts(atMs);
  const offset = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  return timeZone === "UTC" ? "UTC" : `${timeZone}, ${offset}`;
}
