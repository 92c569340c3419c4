export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_COOKIE = "scrip-theme";

/** Whether a text names a theme. */
export const isTheme = (text: string | undefined): text is Theme => THEMES.some((theme) => theme === text);

/**
 * Sets `data-theme` before the first paint, and again when the system's preference changes.
 *
 * Runs as text in the head with the page's nonce, so that no page flashes in the wrong theme.
 */
export const THEME_SCRIPT = `(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = /(?:^|; )${THEME_COOKIE}=(light|dark)/.exec(document.cookie)?.[1];
    root.dataset.theme = chosen ?? (system.matches ? "dark" : "light");
  };
  apply();
  system.addEventListener("change", apply);
  addEventListener("scrip:theme", apply);
})();`;
