"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSyncExternalStore } from "react";
import { isTheme, THEME_COOKIE, type Theme } from "./theme";

const YEAR_S = 31_536_000;
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

/** Keep a choice of theme on this device and show it at once. */
export function chooseTheme(theme: Theme): void {
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  dispatchEvent(new Event("scrip:theme"));
}

function chosenTheme(): Theme {
  const stored = new RegExp(`(?:^|; )${THEME_COOKIE}=(\\w+)`).exec(document.cookie)?.[1];
  return isTheme(stored) ? stored : "system";
}

function onThemeChange(listener: () => void): () => void {
  addEventListener("scrip:theme", listener);
  return () => removeEventListener("scrip:theme", listener);
}

/** Three buttons: as the system, light, dark. */
export function ThemeSwitch() {
  const t = useTranslations("Ui");
  const theme = useSyncExternalStore(onThemeChange, chosenTheme, () => "system");
  return (
    <div
      role="radiogroup"
      aria-label={t("theme")}
      className="inline-flex rounded-md border border-line bg-sunken p-0.5"
    >
      {(Object.keys(ICONS) as Theme[]).map((option) => {
        const Icon = ICONS[option];
        const isChosen = theme === option;
        return (
          <button
            key={option}
            type="button"
            role="radio"
            aria-checked={isChosen}
            aria-label={t(`themes.${option}`)}
            data-hint={t(`themes.${option}`)}
            onClick={() => chooseTheme(option)}
            className={`flex size-7 items-center justify-center rounded-sm ${isChosen ? "bg-surface text-ink shadow-1" : "text-ink-3 hover:text-ink"}`}
          >
            <Icon aria-hidden="true" className="size-3.5" />
          </button>
        );
      })}
    </div>
  );
}
