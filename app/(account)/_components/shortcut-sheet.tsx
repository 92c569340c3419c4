"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Dialog } from "@/app/_components/ui/dialog";
import { PLACES, useAreShortcutsOn } from "./shortcuts";

function Key({ children }: { children: ReactNode }) {
  return <kbd className="rounded-sm border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs">{children}</kbd>;
}

function Row({ what, keys }: { what: string; keys: string[] }) {
  return (
    <div className="flex items-center justify-between gap-4 py-1.5">
      <dt>{what}</dt>
      <dd className="flex gap-1">
        {keys.map((key) => (
          <Key key={key}>{key}</Key>
        ))}
      </dd>
    </div>
  );
}

/** What keys do, and whether single letters do anything. */
export default function ShortcutSheet({ search, onClose }: { search: string; onClose: () => void }) {
  const t = useTranslations("Shortcuts");
  const shell = useTranslations("Shell");
  const [areOn, setAreOn] = useAreShortcutsOn();
  return (
    <Dialog isOpen onClose={onClose} title={t("title")}>
      <dl className="text-sm">
        <Row what={t("search")} keys={[search, "/"]} />
        <Row what={t("help")} keys={["?"]} />
        {Object.entries(PLACES).map(([letter, { name }]) => (
          <Row key={letter} what={t("go", { page: shell(name) })} keys={["g", letter]} />
        ))}
        <Row what={t("close")} keys={["Esc"]} />
      </dl>
      <label className="mt-4 flex items-center gap-2.5 border-t border-line pt-4 text-sm">
        <input
          type="checkbox"
          checked={areOn}
          onChange={(event) => setAreOn(event.target.checked)}
          className="size-4 accent-(--accent-fill)"
        />
        {t("on")}
      </label>
    </Dialog>
  );
}
