import type { Measured } from "./client";

/** What a run came to. Units: milliseconds. */
export type Figures = {
  requests: number;
  errors: number;
  perSecond: number;
  whole: Percentiles;
  firstByte: Percentiles;
};
export type Percentiles = { p50: number; p99: number };

/** The value below which that share of the sorted values lies. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const percentilesOf = (values: number[]): Percentiles => {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
};

/** Sum up what was measured in so many seconds; only replies with status 200 count as served. */
export function summarise(results: readonly Measured[], seconds: number): Figures {
  const served = results.filter(({ status }) => status === 200);
  return {
    requests: served.length,
    errors: results.length - served.length,
    perSecond: served.length / seconds,
    whole: percentilesOf(served.map(({ wholeMs }) => wholeMs)),
    firstByte: percentilesOf(served.map(({ firstByteMs }) => firstByteMs)),
  };
}

/** The middle value; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
