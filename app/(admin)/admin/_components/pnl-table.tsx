import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/money";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { useProviderName } from "@/app/_components/model-view";
import type { Pnl, PnlFigures } from "@/lib/insight";
import { Margin, placesOf, roundedUsd, Usd } from "./usd";
import type { View } from "./view";

const byProfit = (one: { figures: PnlFigures }, other: { figures: PnlFigures }): number =>
  one.figures.profitNanos < other.figures.profitNanos ? -1 : 1;

/** On a phone: what has no column of its own there, below what it belongs to. */
function Below({ children }: { children: ReactNode }) {
  return <span className="block text-xs font-normal text-ink-3 sm:hidden">{children}</span>;
}

/** The columns of dollars, and how many decimals each has. */
const DOLLARS = ["revenueNanos", "costNanos", "profitNanos"] as const;
type Places = Record<(typeof DOLLARS)[number], number>;

const placesIn = (all: readonly PnlFigures[]): Places => ({
  revenueNanos: placesOf(all.map(({ revenueNanos }) => revenueNanos)),
  costNanos: placesOf(all.map(({ costNanos }) => costNanos)),
  profitNanos: placesOf(all.map(({ profitNanos }) => profitNanos)),
});

/** Whether what a column shows adds up to something else than what its total shows. */
const isRounded = (rows: readonly PnlFigures[], total: PnlFigures, places: Places): boolean =>
  DOLLARS.some((column) => {
    const sum = rows.reduce((all, figures) => all + roundedUsd(figures[column], places[column]), 0n);
    return sum !== roundedUsd(total[column], places[column]);
  });

type FiguresProps = { figures: PnlFigures; places: Places; isTotal?: boolean };

function Figures({ figures, places, isTotal }: FiguresProps) {
  return (
    <>
      <Td isNumeric className="hidden sm:table-cell">
        <Credits amount={figures.creditsMicros} hasUnit={false} />
      </Td>
      <Td isNumeric>
        <Usd amount={figures.revenueNanos} places={places.revenueNanos} />
        <Below>
          <Usd amount={figures.costNanos} places={places.costNanos} />
        </Below>
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Usd amount={figures.costNanos} places={places.costNanos} />
      </Td>
      <Td isNumeric className={clsx("max-sm:pr-5", !isTotal && "font-medium")}>
        <Usd amount={figures.profitNanos} places={places.profitNanos} />
        <Below>
          <Margin margin={figures.margin} />
        </Below>
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Margin margin={figures.margin} />
      </Td>
    </>
  );
}

function Name({ name, figures }: { name: string; figures: PnlFigures }) {
  const t = useTranslations("Admin.table");
  return (
    <>
      <span className="block max-w-32 truncate sm:max-w-40">{name}</span>
      <Below>{t.rich("inCredits", { amount: () => <Credits amount={figures.creditsMicros} hasUnit={false} /> })}</Below>
    </>
  );
}

function Head({ by }: { by: View }) {
  const t = useTranslations("Admin");
  return (
    <thead>
      <tr>
        <Th>{t(`by.${by}`)}</Th>
        <Th isNumeric className="hidden sm:table-cell">
          {t("table.credits")}
        </Th>
        <Th isNumeric>
          {t("chart.revenue")}
          <Below>{t("chart.cost")}</Below>
        </Th>
        <Th isNumeric className="hidden sm:table-cell">
          {t("chart.cost")}
        </Th>
        <Th isNumeric className="max-sm:pr-5">
          {t("chart.profit")}
          <Below>{t("table.margin")}</Below>
        </Th>
        <Th isNumeric className="hidden sm:table-cell">
          {t("table.margin")}
        </Th>
      </tr>
    </thead>
  );
}

type PnlTableProps = { groups: Pnl["groups"]; by: View; total: PnlFigures };

/** Both layers, line by line: days as they went, the newest first, else what brings in least first. */
export function PnlTable({ groups, by, total }: PnlTableProps) {
  const t = useTranslations("Admin");
  const providerName = useProviderName();
  const rows = by === "day" ? groups : groups.toSorted(byProfit);
  const places = placesIn([total, ...rows.map(({ figures }) => figures)]);
  const rounded = isRounded(
    rows.map(({ figures }) => figures),
    total,
    places,
  );
  const nameOf = (group: string): string => (by === "provider" ? providerName(group) : group || t("table.unknown"));
  return (
    <Table label={t("table.title")} className="max-sm:[&_:is(td,th)]:py-2 max-sm:[&_:is(td,th)]:align-top">
      <Head by={by} />
      <tbody>
        {rows.map(({ group, figures }) => (
          <Tr key={group}>
            <Td className="font-medium">
              <Name name={nameOf(group)} figures={figures} />
            </Td>
            <Figures figures={figures} places={places} />
          </Tr>
        ))}
      </tbody>
      <tfoot className="[&_td]:border-t [&_td]:border-b-0 [&_td]:border-line-strong">
        <tr className="font-semibold">
          <Td>
            <Name name={t(rounded ? "table.totalRounded" : "table.total")} figures={total} />
          </Td>
          <Figures figures={total} places={places} isTotal />
        </tr>
      </tfoot>
    </Table>
  );
}
