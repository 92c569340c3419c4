"use client";

import { exactAmount, shownAmount } from "@/app/_components/money";
import { Logo } from "@/app/_components/logo";
import { buttonClass } from "@/app/_components/ui/button";
import { OfflineNotice } from "@/app/_components/ui/offline-notice";
import { ToastRegion } from "@/app/_components/ui/toast-region";
import { TooltipLayer } from "@/app/_components/ui/tooltip-layer";
import { CSPProvider } from "@base-ui/react/csp-provider";
import clsx from "clsx";
import { Menu, Plus, Search, Wallet } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { type Live, LiveProvider, useLive } from "./live";
import { isWithin, navItems } from "./nav";
import { useShortcuts } from "./shortcuts";
import { Sidebar } from "./sidebar";
import { UserMenu } from "./user-menu";

/** More credits, one click from every page. */
function TopUpLink() {
  const t = useTranslations("Shell");
  return (
    <Link
      href="/buy"
      aria-label={t("topUp")}
      data-hint={t("topUp")}
      className={buttonClass("secondary", "icon", "!rounded-full")}
    >
      <Plus aria-hidden="true" className="size-4" />
    </Link>
  );
}

// Loaded when it is first asked for: nobody pays for it before.
const Palette = dynamic(() => import("./palette"), { ssr: false });

const ShortcutSheet = dynamic(() => import("./shortcut-sheet"), { ssr: false });

const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);
/** The key that opens the palette, as this machine's keyboard has it. */
const useSearchKey = (): string =>
  useSyncExternalStore(
    () => () => undefined,
    () => (isApple() ? "⌘K" : "Ctrl K"),
    () => "Ctrl K",
  );

/** Opens the palette by ⌘K, Ctrl K, / or a click, and the list of shortcuts by ?. */
function PaletteTrigger({ baseUrl, isAdmin }: { baseUrl: string; isAdmin: boolean }) {
  const t = useTranslations("Shell");
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const open = () => {
    setWasOpen(true);
    setIsOpen(true);
  };
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const searchKey = useSearchKey();
  useShortcuts({ onHelp: () => setIsHelpOpen(true), onSearch: open });
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
          {searchKey}
        </kbd>
      </button>
      {isHelpOpen && <ShortcutSheet search={searchKey} onClose={() => setIsHelpOpen(false)} />}
      {wasOpen && <Palette isOpen={isOpen} onClose={() => setIsOpen(false)} baseUrl={baseUrl} isAdmin={isAdmin} />}
    </>
  );
}

const AT_HAND = 4;
// The sheet comes when it is opened: nobody pays for it before.
const MoreSheet = dynamic(() => import("./more-sheet"), { ssr: false });

const entryClass = "flex h-14 w-full flex-col items-center justify-center gap-1 text-[11px] font-medium";

/** The account's pages on a phone, under the thumb: those used most at hand, the rest one touch further. */
function BottomBar({ isAdmin }: { isAdmin: boolean }) {
  const t = useTranslations("Shell");
  const path = usePathname();
  const [isOpen, setIsOpen] = useState(false);
  const items = navItems(isAdmin);
  const [atHand, more] = [items.slice(0, AT_HAND), items.slice(AT_HAND)];
  const isAmongMore = more.some(({ href }) => isWithin(path, href));
  return (
    <nav
      aria-label={t("nav")}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur md:hidden print:hidden"
    >
      <ul className="grid grid-cols-5">
        {atHand.map(({ name, href, icon: Icon }) => {
          const isHere = isWithin(path, href);
          return (
            <li key={name}>
              <Link
                href={href}
                aria-current={isHere ? "page" : undefined}
                className={clsx(entryClass, isHere ? "text-accent-ink" : "text-ink-3")}
              >
                <Icon aria-hidden="true" className="size-5" strokeWidth={1.8} />
                {t(name)}
              </Link>
            </li>
          );
        })}
        <li>
          <button
            type="button"
            aria-haspopup="dialog"
            onClick={() => setIsOpen(true)}
            className={clsx(entryClass, isAmongMore ? "text-accent-ink" : "text-ink-3")}
          >
            <Menu aria-hidden="true" className="size-5" strokeWidth={1.8} />
            {t("morePages")}
          </button>
        </li>
      </ul>
      {isOpen && <MoreSheet items={more} onClose={() => setIsOpen(false)} />}
    </nav>
  );
}

const LOW_MICROS = 50_000_000n;

/** What can be spent, on every page, as it changes; says so in a word, not by colour alone, when it runs out. */
function BalancePill() {
  const t = useTranslations("Shell");
  const ui = useTranslations("Ui");
  const locale = useLocale();
  const { spendable, available, held, debt } = useLive();
  const shown = ui("credits", { amount: shownAmount(spendable, locale) });
  const [before, setBefore] = useState(spendable);
  const [said, setSaid] = useState("");
  if (before !== spendable) {
    setBefore(spendable);
    setSaid(t("updated", { amount: shown }));
  }

  const warning = debt > 0n ? t("debt") : spendable === 0n ? t("empty") : spendable < LOW_MICROS ? t("low") : null;
  return (
    <>
      <Link
        href="/transfers"
        data-testid="balance"
        data-hint={t("balanceHint", { available: exactAmount(available, locale), held: exactAmount(held, locale) })}
        className="flex h-8 items-center gap-2 rounded-full border border-line bg-surface px-3 text-[13px] font-medium tabular-nums shadow-1 transition-colors hover:bg-hover"
      >
        <Wallet aria-hidden="true" className="size-3.5 text-accent-ink" />
        <span className="sr-only">{t("balance")}: </span>
        {shown}
        {warning && (
          <span className={clsx("text-xs", debt > 0n || spendable === 0n ? "text-danger" : "text-warning")}>
            {warning}
          </span>
        )}
      </Link>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}

export type ShellFrameProps = {
  email: string;
  name: string | null;
  isAdmin: boolean;
  startsCollapsed: boolean;
  baseUrl: string;
  live: Live;
  /** The text of the link past the navigation. */
  skip: string;
  children: ReactNode;
};

/** The sidebar, the bar above with the balance, the bar below on a phone, and the page between them. */
export function ShellFrame({ email, name, isAdmin, startsCollapsed, baseUrl, live, skip, children }: ShellFrameProps) {
  return (
    <CSPProvider disableStyleElements>
      <LiveProvider initial={live}>
        <a href="#content" className="skip-link">
          {skip}
        </a>
        <div className="flex min-h-dvh">
          <Sidebar startsCollapsed={startsCollapsed} isAdmin={isAdmin} />
          <div className="flex min-w-0 flex-1 flex-col">
            <header className="sticky top-0 z-20 flex h-14 items-center gap-2.5 border-b border-line bg-canvas/85 px-4 backdrop-blur-md sm:px-6 print:hidden">
              <Link href="/overview" aria-label="Scrip" className="rounded-md md:hidden">
                <Logo hasName={false} />
              </Link>
              <PaletteTrigger baseUrl={baseUrl} isAdmin={isAdmin} />
              <div className="ml-auto flex items-center gap-2.5">
                <BalancePill />
                <TopUpLink />
                <UserMenu email={email} name={name} />
              </div>
            </header>
            <main
              id="content"
              tabIndex={-1}
              className="mx-auto w-full max-w-6xl flex-1 px-4 pt-6 pb-24 outline-none sm:px-6"
            >
              {children}
            </main>
          </div>
        </div>
        <BottomBar isAdmin={isAdmin} />
        <TooltipLayer />
        <ToastRegion />
        <OfflineNotice />
      </LiveProvider>
    </CSPProvider>
  );
}
