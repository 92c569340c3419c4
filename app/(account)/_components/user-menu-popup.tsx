"use client";

import { BookOpen, LogOut, MonitorX, Settings } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ThemeSwitch } from "@/app/_components/theme-switch";
import type { MenuPopupProps } from "@/app/_components/ui/lazy-menu";
import { Menu, MenuItem, MenuLink, MenuSeparator } from "@/app/_components/ui/menu";
import { leave, leaveEverywhere } from "../actions";

/** What the account's menu holds. */
export default function UserMenuPopup({
  trigger,
  email,
  name,
}: MenuPopupProps & { email: string; name: string | null }) {
  const t = useTranslations("Shell");
  return (
    <Menu trigger={trigger} label={t("menu")}>
      <div className="px-2.5 pt-2 pb-2.5">
        {name && <p className="text-sm font-medium">{name}</p>}
        <p className="max-w-56 truncate text-[13px] text-ink-3">{email}</p>
      </div>
      <div className="px-2.5 pb-2">
        <ThemeSwitch />
      </div>
      <MenuSeparator />
      <MenuLink render={<Link href="/settings" />}>
        <Settings aria-hidden="true" className="size-4 text-ink-3" />
        {t("settings")}
      </MenuLink>
      <MenuLink render={<Link href="/docs/api" />}>
        <BookOpen aria-hidden="true" className="size-4 text-ink-3" />
        {t("api")}
      </MenuLink>
      <MenuItem onClick={() => void leave()}>
        <LogOut aria-hidden="true" className="size-4 text-ink-3" />
        {t("signOut")}
      </MenuItem>
      <MenuItem onClick={() => void leaveEverywhere()}>
        <MonitorX aria-hidden="true" className="size-4 text-ink-3" />
        {t("signOutEverywhere")}
      </MenuItem>
    </Menu>
  );
}
