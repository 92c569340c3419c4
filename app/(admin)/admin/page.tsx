import { Scale } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { createLoader } from "nuqs/server";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { requireAdmin } from "@/app/_server/admin";
import { webDatabase } from "@/app/_server/database";
import { dayRange } from "@/app/_server/range";
import type { SearchParams } from "@/app/_server/search-params";
import { readExpectedShares } from "@/lib/contributions";
import { type Pnl, readAlerts, readFlows, readPnl } from "@/lib/insight";
import { readOutstanding } from "@/lib/ledger";
import { lastLedgerCheck } from "@/lib/verification";
import { insolventLines } from "@/lib/payments";
import { readSettings } from "@/lib/settings";
import { RefreshOnUsage } from "../../(account)/_components/live";
import { PageHeader } from "../../(account)/_components/page-header";
import { UrlState } from "../../(account)/_components/url-state";
import { AdviceCard } from "./_components/advice-card";
import { AlertsCard } from "./_components/alerts-card";
import { RangeSelect, ViewSegments } from "./_components/controls";
import { CashLayer, CreditsLayer, EconomicLayer, SystemLayer } from "./_components/layers";
import { PnlChart } from "./_components/pnl-chart";
import { toPnlSeries } from "./_components/pnl-series";
import { PnlTable } from "./_components/pnl-table";
import { SharesCard } from "./_components/shares-card";
import { PARSERS } from "./_components/view";

const load = createLoader(PARSERS);
/** Profit and loss is told by the days of this zone, for every admin alike. */
const ZONE = "UTC";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Admin");
  return { title: t("title") };
}

async function readOverview(nowMs: number, searchParams: SearchParams) {
  const { reader } = webDatabase();
  const { range, by } = await load(searchParams);
  const { fromMs, toMs, days } = dayRange(range, ZONE, nowMs);
  const settings = await readSettings(reader);
  const { usd_per_credit: usdPerCredit, withdrawal } = settings;
  const within = { fromMs, toMs, rates: { usdPerCredit, payoutPer100: withdrawal.usd_per_100 } };
  const [byDay, grouped, outstanding, flows, alerts, check, shares] = await Promise.all([
    readPnl(reader, { ...within, group: "day" }),
    by === "day" ? null : readPnl(reader, { ...within, group: by }),
    readOutstanding(reader),
    readFlows(reader, { fromMs, toMs }),
    readAlerts(reader, nowMs),
    lastLedgerCheck(reader),
    readExpectedShares(reader, nowMs),
  ]);
  const now = { outstanding, alerts, check, shares, insolvent: insolventLines(settings), usdPerCredit };
  return { by, days, byDay, grouped: grouped ?? byDay, flows, ...now };
}

const hasAny = ({ creditsMicros, costNanos }: Pnl): boolean => creditsMicros > 0n || costNanos > 0n;

export default async function AdminPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx } = await requireAdmin();
  const [t, overview] = await Promise.all([getTranslations("Admin"), readOverview(ctx.nowMs, searchParams)]);
  const { by, days, byDay, grouped, outstanding, flows, usdPerCredit } = overview;
  const { alerts, insolvent, check, shares } = overview;
  return (
    <UrlState>
      <RefreshOnUsage />
      <PageHeader title={t("title")} note={t("note")}>
        <RangeSelect />
      </PageHeader>
      <AlertsCard alerts={alerts} insolvent={insolvent} check={check} nowMs={ctx.nowMs} />
      <div className="mt-4 grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
        <div className="flex flex-col gap-4">
          <CreditsLayer pnl={byDay} outstanding={outstanding} issued={flows.issued} />
          <CashLayer cash={flows.cash} outstanding={outstanding} usdPerCredit={usdPerCredit} />
          <SharesCard shares={shares} />
        </div>
        <div className="flex flex-col gap-4">
          <SystemLayer pnl={byDay} />
          <EconomicLayer pnl={byDay} />
          <AdviceCard advice={byDay.advice} />
        </div>
      </div>
      <Card className="mt-4">
        <CardHeader title={t("chart.title")} note={t("chart.note")} />
        {hasAny(byDay) ? (
          <PnlChart series={toPnlSeries(days, byDay)} />
        ) : (
          <p className="px-5 pt-6 pb-12 text-center text-ink-3">{t("empty.text")}</p>
        )}
      </Card>
      <Card className="mt-4">
        <CardHeader title={t("table.title")}>
          <ViewSegments />
        </CardHeader>
        {hasAny(grouped) ? (
          <PnlTable groups={grouped.groups} by={by} total={grouped} />
        ) : (
          <EmptyState icon={Scale} title={t("empty.title")} text={t("empty.text")} />
        )}
      </Card>
    </UrlState>
  );
}
