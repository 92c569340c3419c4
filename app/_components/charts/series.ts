/** A calendar day as it is written short; it has no zone of its own. */
export const dayText = (day: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" }).format(
    Date.parse(`${day}T00:00:00Z`),
  );

/** Credits a day, apart by model: the models in the order of what was spent on them, the rest together at last. */
export type DaySeries = {
  models: string[];
  hasOther: boolean;
  days: { day: string; credits: number[] }[];
};

export const CHART_COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `var(--chart-${number})`);
export const OTHER_COLOUR = "var(--chart-other)";
