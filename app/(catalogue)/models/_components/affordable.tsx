"use client";

import { useLocale, useTranslations } from "next-intl";
import type { Micros } from "@/lib/money";
import { useLive } from "../../../(account)/_components/live";

/** About how many ordinary requests the balance pays for, as it is now. */
export function Affordable({ exampleMicros }: { exampleMicros: Micros | null }) {
  const t = useTranslations("Models");
  const locale = useLocale();
  const { spendable } = useLive();
  if (exampleMicros === null) return <span className="text-ink-3">–</span>;
  if (exampleMicros === 0n) return t("free");
  const requests = spendable > 0n ? spendable / exampleMicros : 0n;
  return t("about", { count: new Intl.NumberFormat(locale).format(requests) });
}
