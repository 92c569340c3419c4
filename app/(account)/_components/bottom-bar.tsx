"use client";

import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { isWithin, NAV_ITEMS } from "./nav";

/** The account's pages on a phone, under the thumb. */
export function BottomBar() {
  const t = useTranslations("Shell");
  const path = usePathname();
  return (
    <nav
      aria-label={t("nav")}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-surface/95 pb-[env(safe-area-inset-bottom)] backdrop-blur md:hidden"
    >
      <ul className="grid grid-cols-5">
        {NAV_ITEMS.map(({ name, href, icon: Icon }) => {
          const isHere = isWithin(path, href);
          return (
            <li key={name}>
              <Link
                href={href}
                aria-current={isHere ? "page" : undefined}
                className={clsx(
                  "flex h-14 flex-col items-center justify-center gap-1 text-[11px] font-medium",
                  isHere ? "text-accent-ink" : "text-ink-3",
                )}
              >
                <Icon aria-hidden="true" className="size-5" strokeWidth={1.8} />
                {t(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
