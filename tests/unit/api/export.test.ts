import { describe, expect, test } from "vitest";
import { csvCell } from "@/app/api/v1/usage/export";
import { dayOf, dayStartMs, toIso } from "@/lib/time";

describe("a cell of CSV", () => {
  test("that a spreadsheet would run is text", () => {
    for (const text of ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
      expect(csvCell(text).replace(/^"/, "").startsWith("'")).toBe(true);
  });

  test("with quotes, commas or line ends is quoted", () => {
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
    expect(csvCell("two\nlines")).toBe('"two\nlines"');
    expect([csvCell(null), csvCell(3), csvCell(false), csvCell("plain")]).toEqual(["", "3", "false", "plain"]);
  });
});

describe("a day", () => {
  test("begins when it does in its time zone, across changes of the clock", () => {
    expect(toIso(dayStartMs("2026-03-29", "Europe/Berlin"))).toBe("2026-03-28T23:00:00.000Z");
    expect(toIso(dayStartMs("2026-03-30", "Europe/Berlin"))).toBe("2026-03-29T22:00:00.000Z");
    expect(toIso(dayStartMs("2026-11-25", "Asia/Tokyo"))).toBe("2026-11-24T15:00:00.000Z");
    expect(toIso(dayStartMs("2026-11-25", "UTC"))).toBe("2026-11-25T00:00:00.000Z");
  });

  test("is the one that holds its beginning", () => {
    for (const zone of ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Auckland"]) {
      expect(dayOf(dayStartMs("2026-11-01", zone), zone)).toBe("2026-11-01");
      expect(dayOf(dayStartMs("2026-11-01", zone) - 1, zone)).toBe("2026-10-31");
    }
  });
});
