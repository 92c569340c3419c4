import { ChartNoAxesColumn, Download, ListFilter } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { SpendChart } from "@/app/_components/charts/spend-chart";
import { Credits } from "@/app/_components/money";
import { snippets } from "@/app/_components/snippets";
import { zoneLabel } from "@/app/_components/times";
import { buttonClass } from "@/app/_components/ui/button";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { gatewayUrl, type SearchParams } from "@/app/_server/request";
import { webDatabase } from "@/app/_server/database";
import {
  dayRange,
  type DayRange,
  placeOf,
  readSpendByDay,
  readUsageQuery,
  type SpendByDay,
  toFilter,
  toUsageRow,
  usageHref,
  type UsageQuery,
  type UsageRow,
} from "@/app/_server/usage";
import { readExampleModel } from "@/app/_server/examples";
import { requireSession } from "@/app/_server/session";
import { listApiKeys, type User } from "@/lib/auth";
import { writeCursor } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { listUsage } from "@/lib/usage";
import { toIso } from "@/lib/time";
import { RefreshOnUsage } from "../../_components/live";
import { PageHeader, Pager, Stat } from "../../_components/page-header";
import { UrlState } from "../../_components/url-state";
import { UsageTable } from "../../_components/usage-table";
import { UsageFilters } from "./_components/filters";

const PAGE_ROWS = 25;
const KEYS_MAX = 500;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Usage");
  return { title: t("title") };
}

async function readUsagePage(user: User, query: UsageQuery, range: DayRange) {
  const { reader } = webDatabase();
  const filter = toFilter(query, user.walletId);
  const within = { ...filter, fromMs: range.fromMs, toMs: range.toMs };
  const [keys, records, spend, [ever]] = await Promise.all([
    listApiKeys(reader, { userId: user.id, limit: KEYS_MAX, after: null }),
    listUsage(reader, within, { limit: PAGE_ROWS + 1, after: query.after }),
    readSpendByDay(filter, range, user.timeZone),
    listUsage(reader, { ...filter, model: null, apiKeyId: null, status: null }, { limit: 1, after: null }),
  ]);
  const keyNames = new Map(keys.map(({ id, name }) => [id, name]));
  const shown = records.slice(0, PAGE_ROWS);
  const last = shown.at(-1);
  return {
    rows: shown.map((record) => toUsageRow(record, keyNames)),
    olderCursor: last && records.length > PAGE_ROWS ? writeCursor(placeOf(last)) : null,
    spend,
    hasEver: ever !== undefined,
    keys: keys.map(({ id, name }) => ({ value: toPublicId("apiKey", id), label: name })),
  };
}

function exportHref(query: UsageQuery, range: DayRange, timeZone: string, format: "csv" | "jsonl"): string {
  const search = new URLSearchParams({ format, from: toIso(range.fromMs), to: toIso(range.toMs), time_zone: timeZone });
  if (query.model) search.set("model", query.model);
  if (query.apiKeyId) search.set("key", toPublicId("apiKey", query.apiKeyId));
  if (query.status) search.set("status", query.status);
  return `/api/v1/usage?${search}`;
}

async function Figures({ spend }: { spend: SpendByDay }) {
  const [t, locale] = await Promise.all([getTranslations("Usage"), getLocale()]);
  const number = new Intl.NumberFormat(locale);
  const sum = (pick: (one: SpendByDay["byModel"][number]) => bigint) =>
    number.format(spend.byModel.reduce((total, one) => total + pick(one), 0n));
  const tokens = `${sum(({ inputTokens }) => inputTokens)} / ${sum(({ outputTokens }) => outputTokens)}`;
  return (
    <Card className="mb-4 grid grid-cols-2 gap-px overflow-hidden !bg-line sm:grid-cols-4">
      <Stat label={t("spent")} value={<Credits amount={spend.totalMicros} hasUnit={false} />} />
      <Stat label={t("requests")} value={number.format(spend.count)} />
      <Stat label={t("succeeded")} value={number.format(spend.count - spend.failed)} />
      <Stat label={t("tokens")} value={tokens} />
    </Card>
  );
}

type RequestsProps = {
  rows: UsageRow[];
  nowMs: number;
  query: UsageQuery;
  olderCursor: string | null;
  exports: string[];
};

async function Requests({ rows, nowMs, query, olderCursor, exports }: RequestsProps) {
  const t = await getTranslations("Usage");
  const [csv = "", jsonl = ""] = exports;
  return (
    <Card className="mt-4">
      <CardHeader title={t("list")}>
        <Download aria-hidden="true" className="size-4 text-ink-3" />
        <span className="sr-only">{t("export")}</span>
        <a href={csv} download className={buttonClass("ghost", "sm", "-mx-1 px-2")}>
          {t("exportCsv")}
        </a>
        <a href={jsonl} download className={buttonClass("ghost", "sm", "-mr-2 px-2")}>
          {t("exportJsonl")}
        </a>
      </CardHeader>
      {rows.length > 0 ? (
        <UsageTable rows={rows} nowMs={nowMs} />
      ) : (
        <EmptyState icon={ListFilter} title={t("none.title")} text={t("none.text")}>
          <Link href="/usage?range=90d" className={buttonClass("secondary")}>
            {t("filters.clear")}
          </Link>
        </EmptyState>
      )}
      <Pager
        label={t("pages")}
        older={olderCursor ? { href: usageHref(query, olderCursor), label: t("older") } : null}
        newest={query.after ? { href: usageHref(query, null), label: t("newest") } : null}
      />
    </Card>
  );
}

async function FirstRequest() {
  const [t, model] = await Promise.all([getTranslations("Usage"), readExampleModel()]);
  const [curl] = snippets({ baseUrl: gatewayUrl(), secret: null, model });
  return (
    <Card>
      <EmptyState icon={ChartNoAxesColumn} title={t("empty.title")} text={t("empty.text")} />
      <div className="mx-auto max-w-2xl px-5 pb-10">
        <CodeBlock code={curl?.code ?? ""} label={curl?.label ?? ""} />
        <p role="status" className="mt-3 flex items-center justify-center gap-2 text-[13px] text-ink-3">
          <span
            aria-hidden="true"
            className="size-2 animate-[pulse-dot_1.4s_ease-in-out_infinite] rounded-full bg-accent"
          />
          {t("waiting")}
        </p>
      </div>
    </Card>
  );
}

export default async function UsagePage({ searchParams }: { searchParams: SearchParams }) {
  const { user, ctx } = await requireSession();
  const [t, locale, query] = await Promise.all([getTranslations("Usage"), getLocale(), readUsageQuery(searchParams)]);
  const range = dayRange(query.range, user.timeZone, ctx.nowMs);
  const page = await readUsagePage(user, query, range);
  const models = [...new Set([...page.spend.byModel.map(({ group }) => group), ...(query.model ? [query.model] : [])])];
  const exports = (["csv", "jsonl"] as const).map((format) => exportHref(query, range, user.timeZone, format));
  return (
    <>
      <RefreshOnUsage />
      <PageHeader title={t("title")} note={t("note", { zone: zoneLabel(user.timeZone, ctx.nowMs, locale) })} />
      {page.hasEver ? (
        <>
          <UrlState>
            <UsageFilters models={models.toSorted()} keys={page.keys} />
          </UrlState>
          <Figures spend={page.spend} />
          <Card>
            <CardHeader title={t("chart")} />
            {page.spend.totalMicros > 0n ? (
              <SpendChart series={page.spend.series} />
            ) : (
              <p className="px-5 pt-6 pb-12 text-center text-ink-3">{t("chartEmpty")}</p>
            )}
          </Card>
          <Requests rows={page.rows} nowMs={ctx.nowMs} query={query} olderCursor={page.olderCursor} exports={exports} />
        </>
      ) : (
        <FirstRequest />
      )}
    </>
  );
}
