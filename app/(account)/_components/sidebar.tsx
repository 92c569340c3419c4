"use client";

import clsx from "clsx";
import { PanelLeft } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Logo } from "@/app/_components/logo";
import { isWithin, type NavItem, navSections } from "./nav";
import { SIDEBAR_COOKIE } from "./nav";

const YEAR_S = 31_536_000;

function Entry({ item, isCollapsed }: { item: NavItem; isCollapsed: boolean }) {
  const t = useTranslations("Shell");
  const isHere = isWithin(usePathname(), item.href);
  const Icon = item.icon;
  return (
    <li>
      <Link
        href={item.href}
        aria-current={isHere ? "page" : undefined}
        aria-label={isCollapsed ? t(item.name) : undefined}
        data-hint={isCollapsed ? t(item.name) : undefined}
        className={clsx(
          "flex h-8 items-center gap-2.5 rounded-sm px-2.5 text-[13.5px] font-medium transition-colors",
          isHere ? "bg-hover text-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
        )}
      >
        <Icon
          aria-hidden="true"
          className={clsx("size-4 shrink-0", isHere ? "text-accent-ink" : "text-ink-3")}
          strokeWidth={1.9}
        />
        {!isCollapsed && t(item.name)}
      </Link>
    </li>
  );
}

/** The pages of the account, at the left; can be narrowed to its icons, which is kept on this device. */
export function Sidebar({ startsCollapsed, isAdmin }: { startsCollapsed: boolean; isAdmin: boolean }) {
  const t = useTranslations("Shell");
  const [isCollapsed, setIsCollapsed] = useState(startsCollapsed);
  const toggle = () => {
    document.cookie = `${SIDEBAR_COOKIE}=${isCollapsed ? "open" : "collapsed"}; path=/; max-age=${YEAR_S}; samesite=lax`;
    setIsCollapsed(!isCollapsed);
  };
  const label = t(isCollapsed ? "expand" : "collapse");
  return (
    <aside
      aria-label={t("sidebar")}
      className={clsx("hidden shrink-0 border-r border-line md:block print:hidden", isCollapsed ? "w-15" : "w-56")}
    >
      <div className="sticky top-0 flex h-dvh flex-col px-3 pb-3">
        <div className="flex h-14 items-center px-1.5">
          <Link href="/overview" aria-label="Scrip" className="rounded-md">
            <Logo hasName={!isCollapsed} />
          </Link>
        </div>
        <nav aria-label={t("nav")} className="flex flex-1 flex-col gap-5 pt-2">
          {navSections(isAdmin).map(({ section, items }) => (
            <div key={section}>
              {!isCollapsed && <p className="px-2.5 pb-1.5 text-xs font-medium text-ink-3">{t(section)}</p>}
              <ul className="flex flex-col gap-0.5">
                {items.map((item) => (
                  <Entry key={item.name} item={item} isCollapsed={isCollapsed} />
                ))}
              </ul>
            </div>
          ))}
        </nav>
        <button
          type="button"
          onClick={toggle}
          aria-label={label}
          aria-expanded={!isCollapsed}
          data-hint={label}
          className="flex h-8 items-center rounded-sm px-2.5 text-ink-3 hover:bg-hover hover:text-ink"
        >
          <PanelLeft aria-hidden="true" className="size-4" />
        </button>
      </div>
    </aside>
  );
}
