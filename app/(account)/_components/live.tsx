"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";
import { micros, type Micros } from "@/lib/money";

/** What changes by itself while a page is open. `latestUsage` names the newest request. */
export type Live = { spendable: Micros; available: Micros; held: Micros; debt: Micros; latestUsage: string | null };

const POLL_MS = 1_500;
const IDLE_POLL_MS = 15_000;
const IDLE_AFTER_MS = 10 * 60_000;

const LiveContext = createContext<Live | null>(null);

/** The newest state of the account, as of at most a second and a half ago. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("useLive needs a LiveProvider above it");
  return live;
}

/** Read a reply by hand: a schema library would be a tenth of what the page loads. */
function parseLive(reply: unknown): Live {
  if (typeof reply !== "object" || reply === null) throw new TypeError("no object");
  const members = new Map<string, unknown>(Object.entries(reply));
  const amount = (name: string): Micros => {
    const text = members.get(name);
    if (typeof text !== "string" || !/^-?\d+$/.test(text)) throw new TypeError(`${name} is no amount`);
    return micros(BigInt(text));
  };
  const latestUsage = members.get("latestUsage");
  return {
    spendable: amount("spendable"),
    available: amount("available"),
    held: amount("held"),
    debt: amount("debt"),
    latestUsage: typeof latestUsage === "string" ? latestUsage : null,
  };
}

async function readLive(signal: AbortSignal): Promise<Live | null> {
  const reply = await fetch("/api/live", { signal, cache: "no-store" });
  return reply.ok ? parseLive(await reply.json()) : null;
}

/** Asks for the account's state again and again while the page can be seen, less often when nobody touches it. */
export function LiveProvider({ initial, children }: { initial: Live; children: ReactNode }) {
  const [live, setLive] = useState(initial);
  useEffect(() => {
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let touchedMs = performance.now();
    const poll = async () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") {
        // A poll that fails is followed by the next one: the pages say nothing that isn't so meanwhile.
        const next = await readLive(stopping.signal).catch(() => null);
        if (stopping.signal.aborted) return;
        if (next) setLive((previous) => (isSame(previous, next) ? previous : next));
      }
      timer = setTimeout(poll, performance.now() - touchedMs > IDLE_AFTER_MS ? IDLE_POLL_MS : POLL_MS);
    };
    const onTouch = () => {
      touchedMs = performance.now();
    };
    const options = { signal: stopping.signal, passive: true };
    document.addEventListener("visibilitychange", () => void poll(), options);
    document.addEventListener("pointermove", onTouch, options);
    document.addEventListener("keydown", onTouch, options);
    timer = setTimeout(poll, POLL_MS);
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  }, []);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function isSame(one: Live, other: Live): boolean {
  return (Object.keys(one) as (keyof Live)[]).every((name) => one[name] === other[name]);
}

/** Renders the page anew on the server when a request ended since it was rendered. */
export function RefreshOnUsage() {
  const { latestUsage } = useLive();
  const router = useRouter();
  const shown = useRef(latestUsage);
  useEffect(() => {
    if (shown.current === latestUsage) return;
    shown.current = latestUsage;
    router.refresh();
  }, [latestUsage, router]);
  return null;
}
