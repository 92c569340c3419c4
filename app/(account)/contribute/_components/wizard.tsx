"use client";

import { ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { KeyStep } from "./key-step";
import { OfferStep } from "./offer-step";
import { ProviderStep } from "./provider-step";
import type { ProviderView, Quoted } from "./quoted";

type WizardProps = { providers: ProviderView[]; feePercent: string };

/** Provider, key, what it is worth, and the word that it may be shared: each step stays in sight, so that Back loses nothing. */
export function Wizard({ providers, feePercent }: WizardProps) {
  const t = useTranslations("Contribute");
  const open = providers.filter(({ isOpen }) => isOpen);
  const [provider, setProvider] = useState(open[0]?.id ?? "");
  const [quote, setQuote] = useState<Quoted | null>(null);
  if (open.length === 0) {
    return (
      <Card>
        <EmptyState icon={ShieldOff} title={t("closed.title")} text={t("closed.text")} />
      </Card>
    );
  }
  const choose = (id: string) => {
    setProvider(id);
    setQuote(null);
  };
  return (
    <Card aria-label={t("steps")} className="divide-y divide-line">
      <ProviderStep providers={providers} chosen={provider} onChoose={choose} />
      <KeyStep key={provider} provider={provider} isDone={quote !== null} onQuote={setQuote} />
      {quote && <OfferStep key={quote.id} quote={quote} feePercent={feePercent} onDone={() => setQuote(null)} />}
    </Card>
  );
}
