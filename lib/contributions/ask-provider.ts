import { sharedGuardedClient, type SmallAnswer, type SupplierAddress } from "../http";
import { parseDecimal, divideDown, divideUp, nanos, type Nanos } from "../money";

/** Where a provider is asked, and the headers that show the key. */
export type Asked = { address: SupplierAddress; authHeaders: Readonly<Record<string, string>> };
/** One call of a validation; its path begins behind the base URL. */
export type ProviderCall = { method: "GET" | "POST"; path: string; body?: string };

const LIMITS = { timeoutMs: 15_000, bytesMax: 256 * 1024 } as const;

/** Ask a provider, or learn that it can't be reached: null. */
export async function askProvider(
  { address, authHeaders }: Asked,
  { method, path, body }: ProviderCall,
): Promise<SmallAnswer | null> {
  const headers = { ...authHeaders, ...(body !== undefined && { "content-type": "application/json" }) };
  try {
    return await sharedGuardedClient().ask(address, { method, path, headers, ...(body && { body }) }, LIMITS);
  } catch {
    return null; // whatever the network did: its error may hold the address, and never says anything of the key
  }
}

/** The JSON object of a good answer; null for an answer that is something else. */
export function readObject({ body }: Pick<SmallAnswer, "body">): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null; // an object has members of whatever type
  } catch {
    return null;
  }
}

/**
 * An amount that a provider reports, in units of 10^-`shift` dollars. Null where it is no number.
 *
 * Units: nanodollars. Rounding: as the direction says, so that a contributor is never credited what isn't there.
 */
export function readAmount(value: unknown, shift: number, direction: "down" | "up"): Nanos | null {
  const parsed = typeof value === "number" || typeof value === "string" ? parseDecimal(String(value)) : null;
  if (!parsed || parsed.digits < 0n) return null;
  const places = parsed.scale + shift - 9;
  if (places <= 0) return nanos(parsed.digits * 10n ** BigInt(-places));
  const divide = direction === "down" ? divideDown : divideUp;
  return nanos(divide(parsed.digits, 10n ** BigInt(places)));
}
