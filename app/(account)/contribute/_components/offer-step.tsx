"use client";

import { BadgeCheck } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { exactAmount } from "@/app/_components/money";
import { Credits } from "@/app/_components/money";
import { Button } from "@/app/_components/ui/button";
import { showToast } from "@/app/_components/ui/toast-queue";
import { useAction } from "@/app/_components/ui/use-action";
import { contributeKey, topUp } from "../actions";
import type { Quoted } from "./quoted";
import { Step } from "./step";

function Terms({ quote, feePercent }: { quote: Quoted; feePercent: string }) {
  const t = useTranslations("Contribute.offer");
  const locale = useLocale();
  const lines = [
    { name: t("requests"), value: new Intl.NumberFormat(locale).format(quote.requests) },
    { name: t("gross"), value: <Credits amount={quote.grossMicros} isExact /> },
    {
      name: t("fee", { percent: feePercent }),
      value: (
        <>
          −<Credits amount={quote.feeMicros} isExact />
        </>
      ),
    },
    { name: t("net"), value: <Credits amount={quote.netMicros} isExact /> },
  ];
  return (
    <dl className="mt-3 flex flex-col gap-1.5 text-[13px]">
      {lines.map(({ name, value }, index) => (
        <div
          key={name}
          className={`flex justify-between gap-4 ${index === lines.length - 1 ? "border-t border-line pt-1.5 font-semibold" : "text-ink-2"}`}
        >
          <dt>{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type OfferStepProps = {
  number: number;
  quote: Quoted;
  /** The contribution that it adds to; none for a new one. */
  contribution?: string;
  feePercent: string;
  onDone: () => void;
};

/** What the key is worth, the contributor's word, and the button that makes it so. */
export function OfferStep({ number, quote, contribution, feePercent, onDone }: OfferStepProps) {
  const t = useTranslations("Contribute.offer");
  const locale = useLocale();
  const [isAttested, setIsAttested] = useState(false);
  const [isPending, startTransition] = useAction();
  const amount = exactAmount(quote.netMicros, locale);
  const submit = () =>
    startTransition(async () => {
      const contributed = await (contribution
        ? topUp(contribution, quote.id, isAttested)
        : contributeKey(quote.id, isAttested));
      if (contributed.outcome === "refused") {
        showToast({ title: t("failed"), text: contributed.message, isError: true });
        return;
      }
      showToast({ title: t("done", { amount }), text: t("doneText") });
      onDone();
    });
  return (
    <Step number={number} title={t("title")} isDone={false}>
      <p role="status" className="flex items-start gap-2 text-[15px] font-semibold text-accent-ink">
        <BadgeCheck aria-hidden="true" className="mt-0.5 size-4.5 shrink-0" />
        {t("verified", { amount, percent: feePercent })}
      </p>
      <Terms quote={quote} feePercent={feePercent} />
      <p className="mt-3 text-[13px] text-ink-3">{t("vests")}</p>
      <p className="mt-2 text-[13px] text-ink-3">{t(quote.isProven ? "proven" : "unproven")}</p>
      <label className="mt-4 flex items-start gap-2.5">
        <input
          type="checkbox"
          checked={isAttested}
          onChange={(event) => setIsAttested(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-(--accent-fill)"
        />
        <span>{t("attest")}</span>
      </label>
      <Button size="lg" className="mt-4 w-full sm:w-auto" disabled={!isAttested} isPending={isPending} onClick={submit}>
        {t(contribution ? "topUp" : "contribute")}
      </Button>
    </Step>
  );
}
