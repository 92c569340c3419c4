"use client";

import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";

// Loaded when it is first asked for: nobody pays for it before.
const Palette = dynamic(() => import("./palette"), { ssr: false });

/** Opens the palette by ⌘K, Ctrl K or a click. */
export function PaletteTrigger({ baseUrl, isAdmin }: { baseUrl: string; isAdmin: boolean }) {
  const t = useTranslations("Shell");
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const open = () => {
    setWasOpen(true);
    setIsOpen(true);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={open}
        aria-label={t("search")}
        aria-keyshortcuts="Meta+K Control+K"
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-[13px] text-ink-3 shadow-1 transition-colors hover:bg-hover hover:text-ink sm:w-56"
      >
        <Search aria-hidden="true" className="size-3.5" />
        <span className="hidden sm:inline">{t("search")}</span>
        <kbd
          aria-hidden="true"
          className="ml-auto hidden rounded-sm border border-line bg-sunken px-1.5 font-sans text-[11px] sm:inline"
        >
          ⌘K
        </kbd>
      </button>
      {wasOpen && <Palette isOpen={isOpen} onClose={() => setIsOpen(false)} baseUrl={baseUrl} isAdmin={isAdmin} />}
    </>
  );
}
