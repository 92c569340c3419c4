import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { currentUser } from "./session";

export const LOCALES = ["en"] as const;
export type Locale = (typeof LOCALES)[number];
export const LOCALE_COOKIE = "scrip-locale";

const isLocale = (text: string | undefined): text is Locale => LOCALES.some((locale) => locale === text);

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

/** Language and time zone of this request: the account's, else the cookie's, else what the browser asks for. */
export default getRequestConfig(async () => {
  const [user, cookie, header] = await Promise.all([currentUser(), cookies(), headers()]);
  const locale =
    [user?.locale, cookie.get(LOCALE_COOKIE)?.value].find(isLocale) ??
    acceptedLocale(header.get("accept-language")) ??
    "en";
  const messages = await import(`../_messages/${locale}.json`);
  return { locale, timeZone: user?.timeZone ?? "UTC", messages: messages.default };
});
