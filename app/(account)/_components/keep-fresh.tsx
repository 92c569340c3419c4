"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const SLOWER = 1.15;

type KeepFreshProps = { firstMs: number; slowestMs: number; restartOn?: string };

/**
 * Renders the page anew on the server again and again: often at first, then less, and not while nobody sees it. When
 * `restartOn` changes, something has happened, and it begins with the short waits again.
 */
export function KeepFresh({ firstMs, slowestMs, restartOn }: KeepFreshProps) {
  const router = useRouter();
  useEffect(() => {
    let waitMs = firstMs;
    let timer: ReturnType<typeof setTimeout>;
    const look = () => {
      if (document.visibilityState === "visible") router.refresh();
      waitMs = Math.min(waitMs * SLOWER, slowestMs);
      timer = setTimeout(look, waitMs);
    };
    timer = setTimeout(look, waitMs);
    return () => clearTimeout(timer);
  }, [router, firstMs, slowestMs, restartOn]);
  return null;
}
