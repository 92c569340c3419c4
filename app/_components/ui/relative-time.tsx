"use client";

import { useLocale, useTimeZone } from "next-intl";
import { useEffect, useState } from "react";
import { exactTime, relativeTime } from "../times";

const REFRESH_MS = 30_000;

/**
 * How long ago something was, with the exact time on hover and focus.
 *
 * `nowMs` is the server's clock when it rendered the page, so that both sides write the same text at first.
 */
export function RelativeTime({ atMs, nowMs }: { atMs: number; nowMs: number }) {
  const locale = useLocale();
  const timeZone = useTimeZone() ?? "UTC";
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const startMs = performance.now();
    const timer = setInterval(() => setElapsedMs(performance.now() - startMs), REFRESH_MS);
    return () => clearInterval(timer);
  }, [nowMs]);
  return (
    <time
      dateTime={exactTime(atMs, "en", "UTC").iso}
      data-hint={exactTime(atMs, locale, timeZone).text}
      className="whitespace-nowrap"
    >
      {relativeTime(atMs, nowMs + elapsedMs, locale)}
    </time>
  );
}
