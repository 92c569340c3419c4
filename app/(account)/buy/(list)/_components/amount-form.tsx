"use client";

import { useLocale, useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { type FormEvent, useState } from "react";
import { Credits } from "@/app/_components/money";
import { moneyText } from "@/app/_components/money";
import { typedAmount } from "@/app/_components/typed-amount";
import { Button } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { Field, inputClass } from "@/app/_components/ui/field";
import { formatUsd } from "@/lib/money";
import { buyAmount } from "../../actions";
import { type AmountPreview, type AmountRules, previewAmount } from "./amount-preview";
import { usePayPage } from "../../_components/use-pay-page";

function Preview({ preview }: { preview: AmountPreview }) {
  const t = useTranslations("Buy.amount");
  if (preview.outcome !== "fits") return <p className="text-ink-3">{t("nothing")}</p>;
  return (
    <>
      <p className="text-2xl font-semibold tracking-[-0.02em]" data-testid="preview">
        <Credits amount={preview.totalMicros} isExact />
      </p>
      <p className="mt-0.5 text-[13px] text-ink-3">
        {preview.bonusMicros > 0n
          ? t.rich("withBonus", {
              base: () => <Credits amount={preview.baseMicros} isExact hasUnit={false} />,
              bonus: () => <Credits amount={preview.bonusMicros} isExact hasUnit={false} />,
            })
          : t("noBonus")}
      </p>
    </>
  );
}

/** Any amount, and what it brings while one types. */
export function AmountForm({ rules }: { rules: AmountRules }) {
  const t = useTranslations("Buy.amount");
  const locale = useLocale();
  const [text, setText] = useQueryState("usd", parseAsString.withDefault("100"));
  const [isAsked, setIsAsked] = useState(false);
  const { isPending, go } = usePayPage();
  const literal = typedAmount(text) ?? "";
  const preview = previewAmount(literal, rules);
  const bounds = {
    min: moneyText(formatUsd(rules.minNanos), locale),
    max: moneyText(formatUsd(rules.maxNanos), locale),
  };
  const isWrong = preview.outcome !== "fits" && (isAsked || preview.outcome !== "no_number");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsAsked(true);
    if (preview.outcome === "fits") go(() => buyAmount(literal));
  };
  const percentOf = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
  return (
    <Card className="@container mt-4">
      <CardHeader title={t("title")} note={<span data-money>{t("note", bounds)}</span>} />
      <form
        onSubmit={submit}
        noValidate
        className="grid items-start gap-4 px-5 pb-5 @2xl:grid-cols-[13rem_minmax(0,1fr)_auto]"
      >
        <div data-money>
          <Field label={t("label")} error={isWrong ? t(`errors.${preview.outcome}`, bounds) : undefined}>
            {(control) => (
              <span className="relative block">
                <span aria-hidden="true" className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3">
                  $
                </span>
                <input
                  {...control}
                  inputMode="decimal"
                  autoComplete="off"
                  value={text}
                  onChange={(event) => void setText(event.target.value)}
                  className={`${inputClass} h-11 w-full pl-7 text-lg font-medium tabular-nums`}
                />
              </span>
            )}
          </Field>
        </div>
        <div aria-live="polite" className="@2xl:pt-6">
          <Preview preview={preview} />
        </div>
        <Button type="submit" size="lg" isPending={isPending} className="@2xl:mt-6">
          {t("submit")}
        </Button>
      </form>
      {rules.steps.length > 0 && (
        <ul className="border-t border-line px-5 py-3 text-[13px] text-ink-2" data-money>
          {rules.steps.map(({ fromNanos, bonus }) => (
            <li key={String(fromNanos)}>
              {t("step", {
                from: moneyText(formatUsd(fromNanos), locale),
                percent: percentOf.format(Number(bonus.digits) / 10 ** bonus.scale),
              })}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
