"use client";

import clsx from "clsx";
import { useTranslations } from "next-intl";
import { useProviderName } from "@/app/_components/use-provider-name";
import type { ProviderView } from "./quoted";
import { Step } from "./step";

type ProviderStepProps = { providers: ProviderView[]; chosen: string; onChoose: (id: string) => void };

/** Whose key it is. Providers whose keys aren't taken are named with the reason, so that nobody looks for them. */
export function ProviderStep({ providers, chosen, onChoose }: ProviderStepProps) {
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
