import { headers } from "next/headers";

/** Where a request comes from. */
export type Caller = { address: string; userAgent: string | null };

/** The caller as the web port tells of it: it overwrites `x-forwarded-for` with the address that it believes. */
export function callerOf(requestHeaders: Headers): Caller {
  const forwarded = requestHeaders.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return { address: forwarded || "unknown", userAgent: requestHeaders.get("user-agent") };
}

/** The caller of the request that is being served. */
export const readCaller = async (): Promise<Caller> => callerOf(await headers());
