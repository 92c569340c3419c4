import type { UpstreamAnswer } from "./adapter";

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const WAIT_MS_MAX = 86_400_000;

/** Read a duration as Go writes it: `12ms`, `1.5s`, `6m0s`. Null for anything else, negatives included. */
export function readDurationMs(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(DURATION)) totalMs += Number(amount) * (UNITS_MS[unit ?? ""] ?? 0);
  return Math.ceil(totalMs);
}

function first(headers: UpstreamAnswer["headers"], name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function secondsOrDate(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** The reset of whichever limit has nothing left. Some suppliers write -1 there, which says nothing. */
function resetMs(headers: UpstreamAnswer["headers"]): number | null {
  let longest: number | null = null;
  for (const what of ["requests", "tokens"]) {
    if (first(headers, `x-ratelimit-remaining-${what}`) !== "0") continue;
    const text = first(headers, `x-ratelimit-reset-${what}`) ?? "";
    const waitMs = readDurationMs(/^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text);
    if (waitMs !== null) longest = Math.max(longest ?? 0, waitMs);
  }
  return longest;
}

/**
 * How long the supplier asks to wait: its headers, else what its error's text says; null where it says nothing.
 *
 * Units: milliseconds, at most a day.
 */
export function readRetryAfterMs({
  headers,
  body,
  nowMs,
}: Pick<UpstreamAnswer, "headers" | "body" | "nowMs">): number | null {
  const exact = first(headers, "retry-after-ms");
  if (exact !== undefined && /^\d+(?:\.\d+)?$/.test(exact)) return Math.min(Math.ceil(Number(exact)), WAIT_MS_MAX);
  const told =
    /"retryDelay"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? /try again in ([\d.]+(?:ms|s|m|h)[\d.a-z]*)/i.exec(body)?.[1];
  const waitMs =
    secondsOrDate(first(headers, "retry-after"), nowMs) ??
    (told === undefined ? null : readDurationMs(told.replace(/\.$/, ""))) ??
    resetMs(headers);
  return waitMs === null ? null : Math.min(waitMs, WAIT_MS_MAX);
}
