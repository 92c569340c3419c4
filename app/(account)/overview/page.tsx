import { SpendChart } from "@/app/_components/charts/spend-chart";
import { Credits } from "@/app/_components/money";
import { snippets } from "@/app/_components/snippets";
import { zoneLabel } from "@/app/_components/times";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { gatewayUrl } from "@/app/_server/request";
import { webDatabase } from "@/app/_server/database";
import { dayRange, readSpendByDay, toUsageRow } from "@/app/_server/usage";
import { readExampleModel } from "@/app/_server/examples";
import { requireSession } from "@/app/_server/session";
import { listApiKeys, type User } from "@/lib/auth";
import { type Balance, listTransfers, readBalance } from "@/lib/ledger";
import { toPublicId } from "@/lib/ids";
import { micros, type Micros } from "@/lib/money";
import { listUsage, summariseUsage, type UsageRecord } from "@/lib/usage";
import { ChartNoAxesColumn, Check } from "lucide-react";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import Link from "next/link";
import type { ReactNode } from "react";
import { RefreshOnUsage } from "../_components/live";
import { PageHeader, Stat } from "../_components/page-header";
import { UsageTable } from "../_components/usage-table";
import { BalanceCard, type Source } from "./_components/balance-card";

/** `failed` is the latest request where none has succeeded yet. */
type Steps = { hasCredits: boolean; hasKey: boolean; hasRequest: boolean; failed: UsageRecord | null };

function Step({ title, isDone, children }: { title: string; isDone: boolean; children?: ReactNode }) {
  const t = useTranslations("Checklist");
  return (
    <li className="flex gap-3 px-5 py-3.5">
      <span
        className={`mt-0.5 flex size-5 shrink-0 items-center justify-center rounded-full border ${isDone ? "border-accent-fill bg-accent-fill text-on-accent" : "border-line-strong"}`}
      >
        {isDone && <Check aria-hidden="true" className="size-3" strokeWidth={3} />}
        <span className="sr-only">{t(isDone ? "done" : "open")}</span>
      </span>
      <div className="min-w-0 flex-1">
        <p className={isDone ? "text-ink-3" : "font-medium"}>{title}</p>
        {!isDone && children && <div className="mt-1 text-ink-2">{children}</div>}
      </div>
    </li>
  );
}

/** The way to the first answer; it goes away when it has been walked. */
function Checklist({ steps, curl }: { steps: Steps; curl: string }) {
  const t = useTranslations("Checklist");
  const done = 1 + [steps.hasCredits, steps.hasKey, steps.hasRequest].filter(Boolean).length;
  return (
    <Card aria-labelledby="checklist-title" className="mb-4">
      <CardHeader id="checklist-title" title={t("title")}>
        <span className="text-[13px] text-ink-3">{t("progress", { done, all: 4 })}</span>
      </CardHeader>
      <div aria-hidden="true" className="mx-5 h-1 overflow-hidden rounded-full bg-sunken">
        <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${done * 25}%` }} />
      </div>
      <ol className="mt-1 divide-y divide-line">
        <Step title={t("account.title")} isDone />
        <Step title={t("credits.title")} isDone={steps.hasCredits}>
          <p>{t("credits.text")}</p>
          <div className="mt-3 flex flex-wrap gap-2">
            <Link href="/buy" className={buttonClass("primary", "sm")}>
              {t("credits.buy")}
            </Link>
            <Link href="/contribute" className={buttonClass("secondary", "sm")}>
              {t("credits.contribute")}
            </Link>
          </div>
        </Step>
        <Step title={t("key.title")} isDone={steps.hasKey}>
          <p>{t("key.text")}</p>
          <Link href="/keys?create=true" className={buttonClass("primary", "sm", "mt-3")}>
            {t("key.action")}
          </Link>
        </Step>
        <Step title={t("request.title")} isDone={steps.hasRequest}>
          <p className="mb-3">{t("request.text")}</p>
          <CodeBlock code={curl} label={t("request.snippet")} />
          {steps.failed && (
            <p role="status" className="mt-3 text-[13px]">
              <span className="text-danger">{t("request.failed")}</span> {steps.failed.message}{" "}
              <Link href={`/usage/${toPublicId("request", steps.failed.id)}`} className="font-medium text-accent-ink">
                {t("request.open")}
              </Link>
            </p>
          )}
          {steps.hasKey && (
            <p role="status" className="mt-3 flex items-center gap-2 text-[13px] text-ink-3">
              <span
                aria-hidden="true"
                className="size-2 animate-[pulse-dot_1.4s_ease-in-out_infinite] rounded-full bg-accent"
              />
              {t("request.waiting")}
            </p>
          )}
        </Step>
      </ol>
    </Card>
  );
}

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
  const [balance, [movement], keys, recent, [answered], spend, [spentToday]] = await Promise.all([
    readBalance(reader, wallet),
    listTransfers(reader, { wallet, before: null, limit: 1 }),
    listApiKeys(reader, { userId: user.id, limit: 100, after: null }),
    listUsage(reader, filter, { limit: RECENT, after: null }),
    listUsage(reader, { ...filter, status: "ok" }, { limit: 1, after: null }),
    readSpendByDay(filter, dayRange("30d", timeZone, nowMs), timeZone),
    summariseUsage(reader, { ...filter, fromMs: today.fromMs, toMs: today.toMs }, { group: "day", timeZone }),
  ]);
  const steps = {
    hasCredits: movement !== undefined,
    hasKey: keys.length > 0,
    hasRequest: answered !== undefined,
    failed: answered === undefined ? (recent[0] ?? null) : null,
  };
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
