import { webEnv } from "@/lib/env";

/** The base URL that users give their clients, without `/v1`. */
export const gatewayUrl = (): string => webEnv().gatewayUrl;

/** Where people reach the web app. */
export const appUrl = (): string => webEnv().appUrl;

/** Only a path of our own may follow a sign-in: anything else would send people elsewhere. */
export function ownPath(text: string | null | undefined, fallback: string): string {
  if (!text?.startsWith("/") || text.startsWith("//") || text.includes("\\")) return fallback;
  return URL.canParse(text, appUrl()) && new URL(text, appUrl()).origin === new URL(appUrl()).origin ? text : fallback;
}
