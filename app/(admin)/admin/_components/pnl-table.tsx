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

function Figures({ figures }: { figures: PnlFigures }) {
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
      <Td isNumeric className="font-medium">
        <Usd amount={figures.profitNanos} />
      </Td>
      <Td isNumeric className="hidden sm:table-cell">
        <Margin margin={figures.margin} />
      </Td>
    </>
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
    <Table label={t("table.title")}>
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
            <Td className="max-w-40 truncate font-medium">{nameOf(group)}</Td>
            <Figures figures={figures} />
          </Tr>
        ))}
      </tbody>
      <tfoot className="[&_td]:border-t [&_td]:border-b-0 [&_td]:border-line-strong">
        <tr className="font-semibold">
          <Td>{t("table.total")}</Td>
          <Figures figures={total} />
        </tr>
      </tfoot>
    </Table>
  );
}
