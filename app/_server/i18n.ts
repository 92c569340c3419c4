import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { acceptedLocale, isLocale, LOCALE_COOKIE } from "./locale";
import { currentUser } from "./session";

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
