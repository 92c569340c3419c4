import { ChartNoAxesColumn } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { SpendChart } from "@/app/_components/charts/spend-chart";
import { Credits } from "@/app/_components/credits";
import { snippets } from "@/app/_components/snippets";
import { zoneLabel } from "@/app/_components/times";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { gatewayUrl } from "@/app/_server/addresses";
import { webDatabase } from "@/app/_server/database";
import { readSpendByDay } from "@/app/_server/day-series";
import { readExampleModel } from "@/app/_server/example-model";
import { dayRange } from "@/app/_server/range";
import { requireSession } from "@/app/_server/session";
import { toUsageRow } from "@/app/_server/usage-rows";
import { listApiKeys, type User } from "@/lib/auth";
import { type Balance, listTransfers, readBalance } from "@/lib/ledger";
import { listUsage, summariseUsage } from "@/lib/usage";
import { micros, type Micros } from "@/lib/money";
import { RefreshOnUsage } from "../_components/live";
import { PageHeader } from "../_components/page-header";
import { Stat } from "../_components/stat";
import { UsageTable } from "../_components/usage-table";
import { BalanceCard, type Source } from "./_components/balance-card";
import { Checklist } from "./_components/checklist";

const RECENT = 5;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Overview");
  return { title: t("title") };
}

async function readOverview(user: User, nowMs: number) {
  const { reader } = webDatabase();
  const { timeZone, walletId: wallet } = user;
  const filter = { wallet, fromMs: null, toMs: null, model: null, apiKeyId: null, status: null };
  const today = dayRange("today", timeZone, nowMs);
  const [balance, [movement], keys, recent, spend, [spentToday]] = await Promise.all([
    readBalance(reader, wallet),
    listTransfers(reader, { wallet, before: null, limit: 1 }),
    listApiKeys(reader, { userId: user.id, limit: 100, after: null }),
    listUsage(reader, filter, { limit: RECENT, after: null }),
    readSpendByDay(filter, dayRange("30d", timeZone, nowMs), timeZone),
    summariseUsage(reader, { ...filter, fromMs: today.fromMs, toMs: today.toMs }, { group: "day", timeZone }),
  ]);
  const steps = { hasCredits: movement !== undefined, hasKey: keys.length > 0, hasRequest: recent.length > 0 };
  const keyNames = new Map(keys.map(({ id, name }) => [id, name]));
  const rows = recent.map((record) => toUsageRow(record, keyNames));
  return { balance, steps, rows, spend, today: spentToday?.chargeMicros ?? micros(0n) };
}

function sourcesOf({ bySource }: Balance): Source[] {
  const names = ["purchased", "earned", "promo", "referral"] as const;
  return names.map((name) => ({ name, amount: bySource[name] })).filter(({ amount }) => amount > 0n);
}

async function Figures({
  today,
  total,
  count,
  failed,
}: {
  today: Micros;
  total: Micros;
  count: bigint;
  failed: bigint;
}) {
  const [t, locale] = await Promise.all([getTranslations("Overview"), getLocale()]);
  const share = count === 0n ? null : Number(((count - failed) * 1_000n) / count) / 1_000;
  const percent =
    share !== null && new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }).format(share);
  return (
    <Card className="grid grid-cols-2 gap-px overflow-hidden !bg-line max-sm:*:last:col-span-2 sm:grid-cols-3 lg:col-span-2">
      <Stat label={t("today")} value={<Credits amount={today} />} />
      <Stat label={t("month")} value={<Credits amount={total} />} />
      <Stat
        label={t("requests")}
        value={new Intl.NumberFormat(locale).format(count)}
        note={percent ? t("success", { percent }) : t("noRequests")}
      />
    </Card>
  );
}

export default async function OverviewPage() {
  const { user, ctx } = await requireSession();
  const [t, locale, overview, model] = await Promise.all([
    getTranslations("Overview"),
    getLocale(),
    readOverview(user, ctx.nowMs),
    readExampleModel(),
  ]);
  const { steps, spend, rows } = overview;
  const isBegun = steps.hasCredits && steps.hasKey && steps.hasRequest;
  const [curl] = snippets({ baseUrl: gatewayUrl(), secret: null, model });
  return (
    <>
      <RefreshOnUsage />
      <PageHeader title={t("title")} />
      {!isBegun && <Checklist steps={steps} curl={curl?.code ?? ""} />}
      <div className="grid gap-4 lg:grid-cols-3">
        <BalanceCard sources={sourcesOf(overview.balance)} />
        <Figures today={overview.today} total={spend.totalMicros} count={spend.count} failed={spend.failed} />
      </div>
      <Card className="mt-4">
        <CardHeader title={t("chart")} note={t("chartNote", { zone: zoneLabel(user.timeZone, ctx.nowMs, locale) })} />
        {spend.totalMicros > 0n ? (
          <SpendChart series={spend.series} />
        ) : (
          <p className="px-5 pt-6 pb-12 text-center text-ink-3">{t("chartEmpty")}</p>
        )}
      </Card>
      <Card className="mt-4">
        <CardHeader title={t("recent")}>
          <Link href="/usage" className={buttonClass("ghost", "sm", "-mr-2")}>
            {t("all")}
          </Link>
        </CardHeader>
        {rows.length > 0 ? (
          <UsageTable rows={rows} nowMs={ctx.nowMs} isShort />
        ) : (
          <EmptyState icon={ChartNoAxesColumn} title={t("recentNone")} text={t("recentEmpty")} />
        )}
      </Card>
    </>
  );
}
