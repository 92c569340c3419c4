"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Credits } from "@/app/_components/money";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import type { Micros } from "@/lib/money";
import { useLive } from "../../_components/live";

export type Source = { name: "purchased" | "earned" | "promo" | "referral"; amount: Micros };

/** What one has: the figure lives, the sources under it are those of the last render. */
export function BalanceCard({ sources }: { sources: Source[] }) {
  const t = useTranslations("Overview.balance");
  const { spendable, held, debt } = useLive();
  return (
    <Card aria-labelledby="balance-title" className="flex flex-col p-5">
      <div className="flex items-center justify-between">
        <h2 id="balance-title" className="text-[13px] font-medium text-ink-3">
          {t("title")}
        </h2>
        <div className="-my-1 flex items-center gap-1.5">
          <Link href="/buy" className={buttonClass("secondary", "sm", "!h-7 !px-2.5")}>
            {t("topUp")}
          </Link>
          <Link
            href="/transfers"
            aria-label={t("all")}
            data-hint={t("all")}
            className="rounded-sm p-1 text-ink-3 hover:text-ink"
          >
            <ArrowRight aria-hidden="true" className="size-4" />
          </Link>
        </div>
      </div>
      <p className="mt-1 text-[32px] leading-tight font-semibold tracking-[-0.03em]">
        <Credits amount={spendable} />
      </p>
      <p className="mt-1 min-h-5 text-[13px] text-ink-3">
        {held > 0n && (
          <span data-hint={t("heldHint")} tabIndex={0}>
            {t.rich("held", { amount: () => <Credits amount={held} /> })}
          </span>
        )}
        {debt > 0n && (
          <span className="text-danger">{t.rich("debt", { amount: () => <Credits amount={debt} isExact /> })}</span>
        )}
      </p>
      {sources.length > 0 && (
        <dl className="mt-auto flex flex-wrap gap-x-6 gap-y-1 border-t border-line pt-3 text-[13px]">
          {sources.map(({ name, amount }) => (
            <div key={name} className="flex gap-1.5">
              <dt className="text-ink-3">{t(name)}</dt>
              <dd>
                <Credits amount={amount} hasUnit={false} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}
