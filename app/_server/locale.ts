const LOCALES = ["en"] as const;
export type Locale = (typeof LOCALES)[number];
export const LOCALE_COOKIE = "scrip-locale";

/** Whether a text names a language that we speak. */
export const isLocale = (text: string | undefined): text is Locale => LOCALES.some((locale) => locale === text);

/** The first language of an Accept-Language header that we speak. Source: RFC 9110 §12.5.4. */
export function acceptedLocale(header: string | null): Locale | undefined {
  const wanted = (header ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((text) => /^\s*q=([\d.]+)$/.exec(text)?.[1]).find(Boolean);
      return { language: tag.split("-")[0]?.toLowerCase(), weight: quality === undefined ? 1 : Number(quality) };
    })
    .sort((one, other) => other.weight - one.weight);
  return wanted.map(({ language }) => language).find(isLocale);
}
