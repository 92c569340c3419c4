"use client";

import { useTranslations } from "next-intl";
import { LazyMenu } from "@/app/_components/ui/lazy-menu";

const load = () => import("./user-menu-popup");

/** Who is signed in, and the way out. */
export function UserMenu({ email, name }: { email: string; name: string | null }) {
  const t = useTranslations("Shell");
  return (
    <LazyMenu
      label={t("menu")}
      load={load}
      menuProps={{ email, name }}
      className="flex size-8 items-center justify-center rounded-full bg-accent-soft text-[13px] font-semibold text-accent-ink transition-shadow hover:shadow-2 data-popup-open:shadow-2"
    >
      {(name ?? email).trim().charAt(0).toUpperCase()}
    </LazyMenu>
  );
}
