/** A calendar day as it is written short; it has no zone of its own. */
export const dayText = (day: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" }).format(
    Date.parse(`${day}T00:00:00Z`),
  );
