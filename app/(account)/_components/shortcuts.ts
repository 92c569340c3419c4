"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useSyncExternalStore } from "react";

/** What follows a `g`, and where it goes. */
export const PLACES = {
  o: { name: "overview", href: "/overview" },
  m: { name: "models", href: "/models" },
  k: { name: "keys", href: "/keys" },
  u: { name: "usage", href: "/usage" },
  b: { name: "transfers", href: "/transfers" },
  c: { name: "contribute", href: "/contribute" },
  s: { name: "settings", href: "/settings" },
} as const;
type Letter = keyof typeof PLACES;
const isLetter = (key: string): key is Letter => key in PLACES;

const OFF = "scrip-shortcuts-off";
const CHANGED = "scrip-shortcuts";
const GO_MS = 1_500;

/** Whether single letters do something; people who dictate can turn that off (WCAG 2.1.4). Kept on this device. */
export function useAreShortcutsOn(): [boolean, (are: boolean) => void] {
  const are = useSyncExternalStore(
    (listener) => {
      addEventListener(CHANGED, listener);
      return () => removeEventListener(CHANGED, listener);
    },
    () => localStorage.getItem(OFF) === null,
    () => true,
  );
  const set = (on: boolean) => {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    dispatchEvent(new Event(CHANGED));
  };
  return [are, set];
}

/** A key that somebody types into something, or that a dialog or a menu is there for, isn't a shortcut. */
function isTaken({ target, altKey, ctrlKey, metaKey, defaultPrevented }: KeyboardEvent): boolean {
  const element = target instanceof HTMLElement ? target : null;
  const isTyping = element?.isContentEditable || element?.closest("input, textarea, select, [role=combobox]") !== null;
  return (
    defaultPrevented || altKey || ctrlKey || metaKey || isTyping || document.querySelector("[role=dialog]") !== null
  );
}

/** Do what a key stands for: `?` the list of them, `/` search, `g` and a letter a page. */
export function useShortcuts({ onHelp, onSearch }: { onHelp: () => void; onSearch: () => void }): void {
  const router = useRouter();
  const [areOn] = useAreShortcutsOn();
  const wentMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      // The list can be asked for even where the rest is off: it is where that is changed.
      if (event.key === "?") return onHelp();
      if (!areOn) return;
      const key = event.key.toLowerCase();
      const isAfterGo = event.timeStamp - wentMs.current < GO_MS;
      wentMs.current = key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (isAfterGo && isLetter(key)) router.push(PLACES[key].href);
      else if (key === "/") {
        event.preventDefault();
        onSearch();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
