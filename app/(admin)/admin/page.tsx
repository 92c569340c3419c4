import { modelHref, useProviderName } from "@/app/_components/model-view";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { readConfig } from "@/app/_server/config";
import { requireAdmin } from "@/app/_server/session";
import { webDatabase } from "@/app/_server/database";
import { dayRange } from "@/app/_server/usage";
import type { SearchParams } from "@/app/_server/request";
import { modelsWithOldCosts } from "@/lib/catalog";
import { type ExpectedShare, readExpectedShares } from "@/lib/contributions";
import { webEnv } from "@/lib/env";
import { type Advice, type Pnl, readAlerts, readFlows, readPnl } from "@/lib/insight";
import { readOutstanding } from "@/lib/ledger";
import { formatDecimal } from "@/lib/money";
import { insolventLines } from "@/lib/payments";
import { readFailingJobs } from "@/lib/queue/outbox";
import { readSettings } from "@/lib/settings";
import { lastLedgerCheck } from "@/lib/verification";
import { Lightbulb, Scale, Search } from "lucide-react";
import type { Metadata } from "next";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { createLoader } from "nuqs/server";
import { RefreshOnUsage } from "../../(account)/_components/live";
import { PageHeader } from "../../(account)/_components/page-header";
import { UrlState } from "../../(account)/_components/url-state";
import { AlertsCard } from "./_components/alerts-card";
import { RangeSelect, ViewSegments } from "./_components/controls";
import { CashLayer, CreditsLayer, EconomicLayer, SystemLayer } from "./_components/layers";
import { PnlChart } from "./_components/pnl-chart";
import { toPnlSeries } from "./_components/pnl-series";
import { PnlTable } from "./_components/pnl-table";
import { PARSERS } from "./_components/view";

const WHOLE_PERCENT = { style: "percent", maximumFractionDigits: 0, roundingMode: "trunc" } as const;

/** How much of what each provider's contributed keys are granted will vest, by what they have served. */
function SharesCard({ shares }: { shares: readonly ExpectedShare[] }) {
  const t = useTranslations("Admin.shares");
  const providerName = useProviderName();
  const locale = useLocale();
  const [number, percent] = [new Intl.NumberFormat(locale), new Intl.NumberFormat(locale, WHOLE_PERCENT)];
  return (
    <Card data-testid="shares">
      <CardHeader title={t("title")} note={t("note")} />
      {shares.length === 0 ? (
        <p className="px-5 pb-5 text-ink-2">{t("none")}</p>
      ) : (
        <Table label={t("title")}>
          <thead>
            <tr>
              <Th>{t("provider")}</Th>
              <Th isNumeric>{t("requests")}</Th>
              <Th isNumeric>{t("share")}</Th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ provider, requests, share }) => (
              <Tr key={provider}>
                <Td>{providerName(provider)}</Td>
                <Td isNumeric>{number.format(requests)}</Td>
                <Td isNumeric>
                  {percent.format(formatDecimal(share.digits, share.scale) as Intl.StringNumericLiteral)}
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}

const MODELS_SHOWN = 5;

/** What an operator might do, and which models it is about. */
function AdviceCard({ advice }: { advice: Advice[] }) {
  const t = useTranslations("Admin.advice");
  const models = [...new Set(advice.flatMap((one) => one.models))];
  return (
    <Card data-testid="advice">
      <CardHeader title={t("title")} />
      <div className="px-5 pb-5">
        {advice.length === 0 && <p className="text-ink-2">{t("none")}</p>}
        <ul className="flex flex-col gap-2">
          {advice.map(({ code }) => (
            <li key={code} className="flex items-start gap-2.5">
              <Lightbulb aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning" />
              {t(`codes.${code}`)}
            </li>
          ))}
        </ul>
        {models.length > 0 && (
          <p className="mt-3 text-[13px] text-ink-2">
            {t("losing")}{" "}
            {models.slice(0, MODELS_SHOWN).map((model, index) => (
              <span key={model}>
                {index > 0 && ", "}
                <Link href={modelHref(model)} className="font-medium text-ink underline-offset-2 hover:underline">
                  {model}
                </Link>
              </span>
            ))}
            {models.length > MODELS_SHOWN && ` ${t("more", { count: models.length - MODELS_SHOWN })}`}
          </p>
        )}
      </div>
    </Card>
  );
}

const load = createLoader(PARSERS);
/** Profit and loss is told by the days of this zone, for every admin alike. */
const ZONE = "UTC";

export async function generateMetadata(): Promise<Metadata> {
  // For others this page isn't there, so its title isn't either.
  await requireAdmin();
  const t = await getTranslations("Admin");
  return { title: t("title") };
}

const JOBS_SHOWN = 10;

async function readOverview(nowMs: number, searchParams: SearchParams) {
  const { reader } = webDatabase();
  const { range, by } = await load(searchParams);
  const { fromMs, toMs, days } = dayRange(range, ZONE, nowMs);
  const settings = await readSettings(reader);
  const { usd_per_credit: usdPerCredit, withdrawal } = settings;
  const within = { fromMs, toMs, rates: { usdPerCredit, payoutPer100: withdrawal.usd_per_100 } };
  const [byDay, grouped, outstanding, flows, alerts, check, shares, jobs, { catalogue }] = await Promise.all([
    readPnl(reader, { ...within, group: "day" }),
    by === "day" ? null : readPnl(reader, { ...within, group: by }),
    readOutstanding(reader),
    readFlows(reader, { fromMs, toMs }),
    readAlerts(reader, nowMs),
    lastLedgerCheck(reader),
    readExpectedShares(reader, nowMs),
    readFailingJobs(reader, JOBS_SHOWN),
    readConfig(),
  ]);
  // A demo sells nothing, whatever its seed costs by now.
  const oldCosts = webEnv().isDemo ? [] : modelsWithOldCosts(catalogue, nowMs);
  const now = { outstanding, alerts, check, shares, jobs, oldCosts, insolvent: insolventLines(settings), usdPerCredit };
  return { by, days, byDay, grouped: grouped ?? byDay, flows, ...now };
}

const hasAny = ({ creditsMicros, costNanos }: Pnl): boolean => creditsMicros > 0n || costNanos > 0n;

export default async function AdminPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx } = await requireAdmin();
  const [t, overview] = await Promise.all([getTranslations("Admin"), readOverview(ctx.nowMs, searchParams)]);
  const { by, days, byDay, grouped, outstanding, flows, usdPerCredit } = overview;
  const { alerts, insolvent, check, shares, jobs, oldCosts } = overview;
  return (
    <UrlState>
      <RefreshOnUsage />
      <PageHeader title={t("title")} note={t("note")}>
        <Link href="/admin/find" className={buttonClass("secondary", "sm")}>
          <Search aria-hidden="true" className="size-4" />
          {t("find")}
        </Link>
        <RangeSelect />
      </PageHeader>
      <AlertsCard
        alerts={alerts}
        jobs={jobs}
        oldCosts={oldCosts}
        insolvent={insolvent}
        check={check}
        nowMs={ctx.nowMs}
      />
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
