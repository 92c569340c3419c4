import type { User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import { newUuid } from "@/lib/ids";
import { headers } from "next/headers";

/** Where a request comes from. */
export type Caller = { address: string; userAgent: string | null };

/** The address of a request that didn't come through the web port. */
export const UNKNOWN_ADDRESS = "unknown";

/** The caller as the web port tells of it: it overwrites `x-forwarded-for` with the address that it believes. */
export function callerOf(requestHeaders: Headers): Caller {
  const forwarded = requestHeaders.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return { address: forwarded || UNKNOWN_ADDRESS, userAgent: requestHeaders.get("user-agent") };
}

/** The caller of the request that is being served. */
export const readCaller = async (): Promise<Caller> => callerOf(await headers());

/** The context of what a signed-in person does. */
export function userCtx(user: User, nowMs: number): Ctx {
  return { nowMs, actor: { kind: "user", userId: user.id, isAdmin: user.role === "admin" }, requestId: newUuid(nowMs) };
}

/** A form's text field; empty where there is none, or where a file was sent instead. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** What a page gets of its address after the question mark. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** The first value of a parameter, or `null`. */
export const one = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;

const BROWSERS: [RegExp, string][] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** A browser and its system as people know them, from a User-Agent; `null` where it names neither. */
export function browserName(userAgent: string | null): string | null {
  const find = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const known = [find(BROWSERS), find(SYSTEMS)].filter((name) => name !== undefined);
  return known.length > 0 ? known.join(", ") : null;
}

/** The base URL that users give their clients, without `/v1`. */
export const gatewayUrl = (): string => webEnv().gatewayUrl;

/** Where people reach the web app. */
export const appUrl = (): string => webEnv().appUrl;

/** Only a path of our own may follow a sign-in: anything else would send people elsewhere. */
export function ownPath(text: string | null | undefined, fallback: string): string {
  if (!text?.startsWith("/") || text.startsWith("//") || text.includes("\\")) return fallback;
  return URL.canParse(text, appUrl()) && new URL(text, appUrl()).origin === new URL(appUrl()).origin ? text : fallback;
}
