"use client";

import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { buttonClass } from "@/app/_components/ui/button";

/** More credits, one click from every page. */
export function TopUpLink() {
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
