"use client";

import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { useProviderName } from "@/app/_components/model-view";
import clsx from "clsx";
import { ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { KeyStep } from "./key-step";
import { OfferStep } from "./offer-step";
import type { FoundOffer, ProviderView, Quoted } from "./quoted";
import { Step } from "./step";

type ProviderStepProps = { providers: ProviderView[]; chosen: string; onChoose: (id: string) => void };

/** Whose key it is. Providers whose keys aren't taken are named with the reason, so that nobody looks for them. */
function ProviderStep({ providers, chosen, onChoose }: ProviderStepProps) {
  const t = useTranslations("Contribute");
  const providerName = useProviderName();
  const [open, closed] = [providers.filter(({ isOpen }) => isOpen), providers.filter(({ isOpen }) => !isOpen)];
  const note = open.find(({ id }) => id === chosen)?.note;
  return (
    <Step number={1} title={t("provider.title")} isDone={chosen !== ""}>
      <div role="radiogroup" aria-label={t("provider.title")} className="flex flex-wrap gap-2">
        {open.map(({ id }) => (
          <label
            key={id}
            className={clsx(
              "flex h-9 cursor-pointer items-center rounded-md border px-3 text-[13px] font-medium transition-colors",
              "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
              id === chosen
                ? "border-accent bg-accent-soft text-accent-ink"
                : "border-line-strong bg-surface text-ink-2 hover:bg-hover hover:text-ink",
            )}
          >
            <input
              type="radio"
              name="provider"
              value={id}
              checked={id === chosen}
              onChange={() => onChoose(id)}
              className="sr-only"
            />
            {providerName(id)}
          </label>
        ))}
      </div>
      {note && <p className="mt-3 text-[13px] text-ink-2">{note}</p>}
      <p className="mt-3 text-[13px] text-ink-3">{t("provider.terms")}</p>
      {closed.length > 0 && (
        <details className="mt-2 text-[13px] text-ink-3">
          <summary className="w-fit rounded-sm hover:text-ink">{t("provider.closed")}</summary>
          <ul className="mt-1.5 flex flex-col gap-1">
            {closed.map(({ id, note: why }) => (
              <li key={id}>
                <span className="font-medium text-ink-2">{providerName(id)}</span>: {why || t("provider.noReason")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Step>
  );
}

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
