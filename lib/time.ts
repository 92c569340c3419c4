import { TZDate } from "@date-fns/tz";

/** Milliseconds since 1970 UTC. The one place that reads a clock beside the database. */
export const nowMs = (): number => Date.now();

/** A moment on both clocks: the monotonic one, which nobody sets, and the one on the wall. Units: milliseconds. */
export type Instant = { monotonicMs: number; wallMs: number };

/** Now, on both clocks. */
export const instant = (): Instant => ({ monotonicMs: performance.now(), wallMs: Date.now() });

/** RFC 3339 in UTC, to the millisecond. */
export const toIso = (epochMs: number): string => new Date(epochMs).toISOString();

/** A promise that resolves after that many milliseconds, or rejects when the signal says so. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * When a calendar day begins in a time zone. Units: milliseconds since 1970 UTC.
 *
 * `day` is written YYYY-MM-DD. Where clocks skip midnight it is the first moment that the day has.
 */
export function dayStartMs(day: string, timeZone: string): number {
  const [year = 1970, month = 1, date = 1] = day.split("-").map(Number);
  return new TZDate(year, month - 1, date, timeZone).getTime();
}

/** The calendar day, YYYY-MM-DD, that a moment falls on in a time zone. */
export function dayOf(epochMs: number, timeZone: string): string {
  const date = new TZDate(epochMs, timeZone);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
