"use client";

import { useTranslations } from "next-intl";
import type { MenuPopupProps } from "@/app/_components/ui/lazy-menu";
import { Menu, MenuItem, MenuSeparator } from "@/app/_components/ui/menu";
import type { KeyIntention } from "./key-dialogs";

export type KeyMenuProps = { name: string; onIntend: (intention: KeyIntention) => void };

/** What can be done with a key. */
export default function KeyMenu({ trigger, name, onIntend }: MenuPopupProps & KeyMenuProps) {
  const t = useTranslations("Keys");
  return (
    <Menu trigger={trigger} label={t("table.actions", { name })}>
      <MenuItem onClick={() => onIntend("rename")}>{t("rename")}</MenuItem>
      <MenuItem onClick={() => onIntend("rotate")}>{t("rotate")}</MenuItem>
      <MenuSeparator />
      <MenuItem isDanger onClick={() => onIntend("revoke")}>
        {t("revoke")}
      </MenuItem>
    </Menu>
  );
}
