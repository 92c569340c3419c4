"use client";

import clsx from "clsx";
import Link from "next/link";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { CapabilityBadges } from "@/app/_components/capabilities";
import { modelHref, type ModelView, type TokenPrice } from "@/app/_components/model-view";
import { PriceText, usePriceText } from "@/app/_components/model-view";
import { Badge } from "@/app/_components/ui/badge";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { useProviderName } from "@/app/_components/model-view";
import { LazyAffordable } from "../../_components/lazy-affordable";
import type { Unit } from "./selection";

function TokenCell({ price, per }: { price: TokenPrice | null; per: Unit }) {
  const text = usePriceText();
  if (!price) return <span className="text-ink-3">–</span>;
  return text(per === "1k" ? price.thousand : price.million);
}

/** Tokens in and out where the model counts them, else what it counts instead, over both columns. */
function PriceCells({ model, per }: { model: ModelView; per: Unit }) {
  const others = model.others.map((price, index) => (
    <span key={price.unit} className="whitespace-nowrap">
      {index > 0 && " · "}
      <PriceText price={price} />
    </span>
  ));
  if (!model.input && !model.output) {
    return (
      <Td isNumeric isWrapped colSpan={2} className="max-md:pr-5">
        {others}
      </Td>
    );
  }
  return (
    <>
      <Td isNumeric>
        <TokenCell price={model.input} per={per} />
      </Td>
      <Td isNumeric className="max-md:pr-5">
        <TokenCell price={model.output} per={per} />
        {others.length > 0 && <span className="block text-xs text-ink-3">{others}</span>}
      </Td>
    </>
  );
}

function Name({ model }: { model: ModelView }) {
  const t = useTranslations("Models");
  const isSaid = model.id === model.name;
  const day = new Intl.DateTimeFormat(useLocale(), { dateStyle: "medium", timeZone: useTimeZone() });
  return (
    <>
      {/* The link covers the row, so that it opens wherever one clicks. */}
      <Link
        href={modelHref(model.id)}
        aria-label={t("table.open", { name: model.name })}
        className="absolute inset-0 rounded-none"
      />
      <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-medium break-words max-sm:whitespace-normal sm:truncate">{model.name}</span>
        <span className="hidden gap-1 sm:inline-flex">
          <CapabilityBadges capabilities={model.capabilities} />
        </span>
        {!model.isAvailable && (
          <span data-hint={t("unavailableHint")}>
            <Badge>{t("unavailable")}</Badge>
          </span>
        )}
        {model.changesMs !== null && (
          <span className="max-sm:*:rounded-md max-sm:*:whitespace-normal">
            <Badge tone="warning">{t("changes", { date: day.format(model.changesMs) })}</Badge>
          </span>
        )}
      </span>
      <span className="flex items-center gap-0.5 text-ink-3">
        <span
          className={clsx(
            "font-mono text-xs break-all max-sm:whitespace-normal sm:truncate",
            isSaid && "max-sm:hidden",
          )}
        >
          {model.id}
        </span>
        <span className={clsx("relative -my-1 [&_button]:!size-6 [&_svg]:!size-3.5", isSaid && "max-sm:-ml-1.5")}>
          <CopyButton text={model.id} label={model.id} />
        </span>
      </span>
    </>
  );
}

function Row({ model, per, hasBalance }: { model: ModelView; per: Unit; hasBalance: boolean }) {
  const providerName = useProviderName();
  const number = new Intl.NumberFormat(useLocale(), { notation: "compact" });
  return (
    <Tr className="relative">
      <Td className="max-w-0 py-2">
        <Name model={model} />
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">{providerName(model.provider)}</Td>
      <Td isNumeric className="hidden text-ink-2 lg:table-cell">
        {model.contextTokens === null ? <span className="text-ink-3">–</span> : number.format(model.contextTokens)}
      </Td>
      <PriceCells model={model} per={per} />
      {hasBalance && (
        <Td isNumeric className="hidden text-ink-2 md:table-cell">
          <LazyAffordable exampleMicros={model.exampleMicros} />
        </Td>
      )}
    </Tr>
  );
}

type ModelTableProps = { models: ModelView[]; per: Unit; hasBalance: boolean };

/** Models with their prices; each row opens its model. */
export function ModelTable({ models, per, hasBalance }: ModelTableProps) {
  const t = useTranslations("Models");
  const unit = <span className="hidden font-normal sm:block">{t(`perTokens.${per}`)}</span>;
  return (
    <Table label={t("table.label")} className="table-fixed">
      <thead>
        <tr>
          <Th className="w-[52%] md:w-auto">{t("table.model")}</Th>
          <Th className="hidden w-32 md:table-cell">{t("table.provider")}</Th>
          <Th isNumeric className="hidden w-24 lg:table-cell">
            {t("table.context")}
          </Th>
          <Th isNumeric className="leading-4 sm:h-12 md:w-40">
            {t("table.input")}
            {unit}
          </Th>
          <Th isNumeric className="leading-4 max-md:pr-5 sm:h-12 md:w-40">
            {t("table.output")}
            {unit}
          </Th>
          {hasBalance && (
            <Th isNumeric className="hidden w-40 md:table-cell" data-hint={t("table.balanceHint")} tabIndex={0}>
              {t("table.balance")}
            </Th>
          )}
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <Row key={model.id} model={model} per={per} hasBalance={hasBalance} />
        ))}
      </tbody>
    </Table>
  );
}
