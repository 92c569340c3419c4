import { parseDecimal, divideDown, divideUp, nanos, type Nanos } from "../money";

/** One call of a validation, and what came back. */
export type ProviderCall = { method: "GET" | "POST"; url: string; body?: string };
export type ProviderAnswer = { status: number; headers: Readonly<Record<string, string>>; body: string };

const TIMEOUT_MS = 15_000;
const BODY_MAX = 256 * 1024;

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    // What fetch gives are bytes; the stream's own type doesn't say so.
    const bytes = part as Uint8Array;
    size += bytes.length;
    if (size > BODY_MAX) break;
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Ask a provider, or learn that it can't be reached: null. Redirects aren't followed: the key stays where it was sent. */
export async function askProvider(
  authHeaders: Readonly<Record<string, string>>,
  { method, url, body }: ProviderCall,
): Promise<ProviderAnswer | null> {
  try {
    const response = await fetch(url, {
      method,
      headers: { ...authHeaders, accept: "application/json", ...(body && { "content-type": "application/json" }) },
      body: body ?? null,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await readText(response),
    };
  } catch {
    return null; // whatever the network did: its error may hold the address, and never says anything of the key
  }
}

/** The JSON object of a good answer; null for an answer that is something else. */
export function readObject({ body }: Pick<ProviderAnswer, "body">): Record<string, unknown> | null {
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
