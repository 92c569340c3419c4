import { useTranslations } from "next-intl";
import { Credits } from "@/app/_components/credits";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { useProviderName } from "@/app/_components/use-provider-name";
import type { Pnl, PnlFigures } from "@/lib/insight";
import { Margin } from "./margin";
import { Usd } from "./usd";
import type { View } from "./view";

const byProfit = (one: { figures: PnlFigures }, other: { figures: PnlFigures }): number =>
  one.figures.profitNanos < other.figures.profitNanos ? -1 : 1;

function Figures({ figures, isTotal }: { figures: PnlFigures; isTotal?: boolean }) {
  const t = useTranslations("Admin.table");
  return (
    <>
      <Td isNumeric className="hidden sm:table-cell">
        <Credits amount={figures.creditsMicros} hasUnit={false} />
      </Td>
      <Td isNumeric>
        <Usd amount={figures.revenueNanos} />
      </Td>
      <Td isNumeric>
        <Usd amount={figures.costNanos} />
      </Td>
      <Td isNumeric className={isTotal ? undefined : "font-medium"}>
        <Usd amount={figures.profitNanos} />
        <span className="block text-xs font-normal text-ink-3 sm:hidden">
          <span className="sr-only">{t("margin")} </span>
          <Margin margin={figures.margin} />
        </span>
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Margin margin={figures.margin} />
      </Td>
    </>
  );
}

/** What a row is about; on a phone with its credits, which have no column of their own there. */
function Name({ name, figures }: { name: string; figures: PnlFigures }) {
  return (
    <>
      <span className="block max-w-22 truncate sm:max-w-40">{name}</span>
      <span className="block text-xs font-normal text-ink-3 sm:hidden">
        <Credits amount={figures.creditsMicros} />
      </span>
    </>
  );
}

// A phone's width is for figures.
const NARROW =
  "max-sm:text-[13px] max-sm:[&_:is(td,th)]:not-first:pl-1 max-sm:[&_:is(td,th)]:not-last:pr-1 max-sm:[&_td]:py-2 max-sm:[&_td]:align-top";

type PnlTableProps = { groups: Pnl["groups"]; by: View; total: PnlFigures };

/** Both layers, line by line: days as they went, the newest first, else what brings in least first. */
export function PnlTable({ groups, by, total }: PnlTableProps) {
  const t = useTranslations("Admin");
  const providerName = useProviderName();
  const rows = by === "day" ? groups : groups.toSorted(byProfit);
  const nameOf = (group: string): string => (by === "provider" ? providerName(group) : group || t("table.unknown"));
  return (
    <Table label={t("table.title")} className={NARROW}>
      <thead>
        <tr>
          <Th>{t(`by.${by}`)}</Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("table.credits")}
          </Th>
          <Th isNumeric>{t("chart.revenue")}</Th>
          <Th isNumeric>{t("chart.cost")}</Th>
          <Th isNumeric>{t("chart.profit")}</Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("table.margin")}
          </Th>
        </tr>
      </thead>
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
