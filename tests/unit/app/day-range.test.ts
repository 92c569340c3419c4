import { describe, expect, test } from "vitest";
import { dayRange } from "@/app/_server/usage";

const HOUR_MS = 60 * 60 * 1000;
const at = (iso: string): number => Date.parse(iso);

describe("a range of days", () => {
  test.each(["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"])(
    "begins and ends at midnight in %s and ends with today",
    (timeZone) => {
      const nowMs = at("2026-11-25T23:30:00Z");
      const range = dayRange("7d", timeZone, nowMs);
      const midnight = new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" });
      expect(midnight.format(range.fromMs)).toBe("00:00:00");
      expect(midnight.format(range.toMs)).toBe("00:00:00");
      expect(range.days).toHaveLength(7);
      const today = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(nowMs);
      expect(range.days.at(-1)).toBe(today);
      expect(range.fromMs <= nowMs && nowMs < range.toMs).toBe(true);
    },
  );

  test("has a day of 25 hours where clocks go back, and one of 23 where they go forward", () => {
    const hours = (iso: string) => {
      const { fromMs, toMs } = dayRange("today", "America/New_York", at(iso));
      return (toMs - fromMs) / HOUR_MS;
    };
    expect(hours("2026-11-01T17:00:00Z")).toBe(25);
    expect(hours("2026-03-08T17:00:00Z")).toBe(23);
    expect(dayRange("30d", "America/New_York", at("2026-11-10T17:00:00Z")).days).toHaveLength(30);
  });

  test("of this month begins with its first day", () => {
    expect(dayRange("month", "Europe/Berlin", at("2026-10-31T23:30:00Z")).days).toEqual(["2026-11-01"]);
  });
});
