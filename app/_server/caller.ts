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
