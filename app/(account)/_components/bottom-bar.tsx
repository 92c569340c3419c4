"use client";

import clsx from "clsx";
import { Menu } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { isWithin, navItems } from "./nav";

const AT_HAND = 4;
// The sheet comes when it is opened: nobody pays for it before.
const MoreSheet = dynamic(() => import("./more-sheet"), { ssr: false });

const entryClass = "flex h-14 w-full flex-col items-center justify-center gap-1 text-[11px] font-medium";

/** The account's pages on a phone, under the thumb: those used most at hand, the rest one touch further. */
export function BottomBar({ isAdmin }: { isAdmin: boolean }) {
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
