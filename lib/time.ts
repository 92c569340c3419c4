/** Milliseconds since 1970 UTC. The one place that reads a clock beside the database. */
export const nowMs = (): number => Date.now();

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
