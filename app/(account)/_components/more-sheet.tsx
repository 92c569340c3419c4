"use client";

import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog } from "@/app/_components/ui/dialog";
import { isWithin, type NavItem } from "./nav";

/** The pages that don't fit into the bar of a phone. */
export default function MoreSheet({ items, onClose }: { items: NavItem[]; onClose: () => void }) {
  const t = useTranslations("Shell");
  const path = usePathname();
  return (
    <Dialog isOpen onClose={onClose} title={t("morePages")}>
      <ul className="-mx-2 flex flex-col gap-0.5">
        {items.map(({ name, href, icon: Icon }) => {
          const isHere = isWithin(path, href);
          return (
            <li key={name}>
              <Link
                href={href}
                onClick={onClose}
                aria-current={isHere ? "page" : undefined}
                className={clsx(
                  "flex h-11 items-center gap-3 rounded-md px-2 text-[15px] font-medium",
                  isHere ? "bg-hover text-ink" : "text-ink-2 hover:bg-hover hover:text-ink",
                )}
              >
                <Icon aria-hidden="true" className="size-5 text-ink-3" strokeWidth={1.8} />
                {t(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
