"use client";

import { useTranslations } from "next-intl";
import type { MenuPopupProps } from "@/app/_components/ui/lazy-menu";
import { Menu, MenuItem, MenuSeparator } from "@/app/_components/ui/menu";

export type ContributionIntention = "pause" | "resume" | "top_up" | "retire";
type ContributionMenuProps = {
  name: string;
  isPaused: boolean;
  onIntend: (intention: ContributionIntention) => void;
};

/** What its owner can do with a contribution. */
export default function ContributionMenu({
  trigger,
  name,
  isPaused,
  onIntend,
}: MenuPopupProps & ContributionMenuProps) {
  const t = useTranslations("Contribute.mine");
  return (
    <Menu trigger={trigger} label={t("actions", { name })}>
      {isPaused ? (
        <MenuItem onClick={() => onIntend("resume")}>{t("resume")}</MenuItem>
      ) : (
        <MenuItem onClick={() => onIntend("pause")}>{t("pause")}</MenuItem>
      )}
      <MenuItem onClick={() => onIntend("top_up")}>{t("topUp")}</MenuItem>
      <MenuSeparator />
      <MenuItem isDanger onClick={() => onIntend("retire")}>
        {t("retire")}
      </MenuItem>
    </Menu>
  );
}
