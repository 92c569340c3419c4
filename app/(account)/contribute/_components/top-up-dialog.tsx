"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "@/app/_components/ui/dialog";
import { useProviderName } from "@/app/_components/model-view";
import { KeyStep } from "./key-step";
import { OfferStep } from "./offer-step";
import type { ContributionRow, Quoted } from "./quoted";

type TopUpDialogProps = { row: ContributionRow; feePercent: string; onClose: () => void };

/** A contribution's key again, what was added to it, and the word that it may be shared. */
export default function TopUpDialog({ row, feePercent, onClose }: TopUpDialogProps) {
  const t = useTranslations("Contribute.topUp");
  const providerName = useProviderName();
  const [quote, setQuote] = useState<Quoted | null>(null);
  const { id, provider, hint } = row;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("title", { name: `${providerName(provider)} …${hint}` })}
      note={t("text", { hint })}
      width="lg"
    >
      <div className="-mx-6 -mb-6 divide-y divide-line border-t border-line">
        <KeyStep number={1} provider={provider} contribution={id} isDone={quote !== null} onQuote={setQuote} />
        {quote && (
          <OfferStep
            key={quote.id}
            number={2}
            quote={quote}
            contribution={id}
            feePercent={feePercent}
            onDone={onClose}
          />
        )}
      </div>
    </Dialog>
  );
}
