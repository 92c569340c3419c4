import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/money";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { useProviderName } from "@/app/_components/model-view";
import type { Pnl, PnlFigures } from "@/lib/insight";
import { Margin, Usd } from "./usd";
import type { View } from "./view";

const byProfit = (one: { figures: PnlFigures }, other: { figures: PnlFigures }): number =>
  one.figures.profitNanos < other.figures.profitNanos ? -1 : 1;

/** On a phone: what has no column of its own there, below what it belongs to. */
function Below({ children }: { children: ReactNode }) {
  return <span className="block text-xs font-normal text-ink-3 sm:hidden">{children}</span>;
}

function Figures({ figures, isTotal }: { figures: PnlFigures; isTotal?: boolean }) {
  return (
    <>
      <Td isNumeric className="hidden sm:table-cell">
        <Credits amount={figures.creditsMicros} hasUnit={false} />
      </Td>
      <Td isNumeric>
        <Usd amount={figures.revenueNanos} />
        <Below>
          <Usd amount={figures.costNanos} />
        </Below>
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Usd amount={figures.costNanos} />
      </Td>
      <Td isNumeric className={clsx("max-sm:pr-5", !isTotal && "font-medium")}>
        <Usd amount={figures.profitNanos} />
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
            <Figures figures={figures} />
          </Tr>
        ))}
      </tbody>
      <tfoot className="[&_td]:border-t [&_td]:border-b-0 [&_td]:border-line-strong">
        <tr className="font-semibold">
          <Td>
            <Name name={t("table.total")} figures={total} />
          </Td>
          <Figures figures={total} isTotal />
        </tr>
      </tfoot>
    </Table>
  );
}
