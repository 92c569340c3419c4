"use client";

import clsx from "clsx";
import { Wallet } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { exactAmount, shownAmount } from "@/app/_components/amounts";
import { useLive } from "./live";

const LOW_MICROS = 50_000_000n;

/** What can be spent, on every page, as it changes; says so in a word, not by colour alone, when it runs out. */
export function BalancePill() {
  const t = useTranslations("Shell");
  const ui = useTranslations("Ui");
  const locale = useLocale();
  const { spendable, available, held, debt } = useLive();
  const shown = ui("credits", { amount: shownAmount(spendable, locale) });
  const [before, setBefore] = useState(spendable);
  const [said, setSaid] = useState("");
  if (before !== spendable) {
    setBefore(spendable);
    setSaid(t("updated", { amount: shown }));
  }

  const warning = debt > 0n ? t("debt") : spendable === 0n ? t("empty") : spendable < LOW_MICROS ? t("low") : null;
  return (
    <>
      <Link
        href="/transfers"
        data-testid="balance"
        data-hint={t("balanceHint", { available: exactAmount(available, locale), held: exactAmount(held, locale) })}
        className="flex h-8 items-center gap-2 rounded-full border border-line bg-surface px-3 text-[13px] font-medium tabular-nums shadow-1 transition-colors hover:bg-hover"
      >
        <Wallet aria-hidden="true" className="size-3.5 text-accent-ink" />
        <span className="sr-only">{t("balance")}: </span>
        {shown}
        {warning && (
          <span className={clsx("text-xs", debt > 0n || spendable === 0n ? "text-danger" : "text-warning")}>
            {warning}
          </span>
        )}
      </Link>
      <span role="status" className="sr-only">
        {said}
      </span>
    </>
  );
}
