"use client";

import { ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { KeyStep } from "./key-step";
import { OfferStep } from "./offer-step";
import { ProviderStep } from "./provider-step";
import type { FoundOffer, ProviderView, Quoted } from "./quoted";

type WizardProps = { providers: ProviderView[]; feePercent: string; found: FoundOffer | null };

/** The offer that the address names, as it was just made or as the server found it. */
function useOffer(found: FoundOffer | null) {
  const [id, setId] = useQueryState("quote", parseAsString.withOptions({ shallow: false, history: "replace" }));
  const [made, setMade] = useState<Quoted | null>(null);
  const kept = found?.outcome === "open" ? found.quote : null;
  const offer = [made, kept].find((one) => id !== null && one?.id === id) ?? null;
  const setOffer = (quote: Quoted | null) => {
    setMade(quote);
    void setId(quote?.id ?? null);
  };
  return { offer, isOver: offer === null && found?.outcome === "over" && found.id === id, setOffer };
}

/**
 * Provider, key, what it is worth, and the word that it may be shared: each step stays in sight. The offer is in the address,
 * so that Back and a reload lose nothing.
 */
export function Wizard({ providers, feePercent, found }: WizardProps) {
  const t = useTranslations("Contribute");
  const open = providers.filter(({ isOpen }) => isOpen);
  const [provider, setProvider] = useState(found?.outcome === "open" ? found.provider : (open[0]?.id ?? ""));
  const { offer, isOver, setOffer } = useOffer(found);
  if (open.length === 0) {
    return (
      <Card>
        <EmptyState icon={ShieldOff} title={t("closed.title")} text={t("closed.text")} />
      </Card>
    );
  }
  const choose = (id: string) => {
    setProvider(id);
    setOffer(null);
  };
  return (
    <Card aria-label={t("steps")} className="divide-y divide-line">
      <ProviderStep providers={providers} chosen={provider} onChoose={choose} />
      <KeyStep key={provider} number={2} provider={provider} isDone={offer !== null} onQuote={setOffer} />
      {isOver && (
        <p role="status" className="px-5 py-3 text-[13px] text-ink-2">
          {t("offer.over")}
        </p>
      )}
      {offer && (
        <OfferStep key={offer.id} number={3} quote={offer} feePercent={feePercent} onDone={() => setOffer(null)} />
      )}
    </Card>
  );
}
