import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { readConfig } from "@/app/_server/config";
import { webDatabase } from "@/app/_server/database";
import { one, type SearchParams } from "@/app/_server/request";
import { requireSession } from "@/app/_server/session";
import { type Catalogue, PROVIDERS } from "@/lib/catalog";
import { type ContributionView, findQuote, listContributions } from "@/lib/contributions";
import { fromPublicId, toPublicId } from "@/lib/ids";
import { formatDecimal } from "@/lib/money";
import { findAdapter } from "@/lib/providers";
import type { Settings } from "@/lib/settings";
import { HandCoins, Lock, RotateCcw, TrendingUp } from "lucide-react";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { KeepFresh } from "../_components/keep-fresh";
import { PageHeader, Pager } from "../_components/page-header";
import { UrlState } from "../_components/url-state";
import { ContributionTable } from "./_components/contribution-table";
import type { ContributionRow, FoundOffer, ProviderView } from "./_components/quoted";
import { Wizard } from "./_components/wizard";

const POINTS = { vesting: TrendingUp, secret: Lock, back: RotateCcw } as const;

/** What happens to a key and its credits, in three points. */
function HowItWorks({ feePercent }: { feePercent: string }) {
  const t = useTranslations("Contribute.how");
  return (
    <Card>
      <CardHeader title={t("title")} />
      <ul className="flex flex-col gap-4 px-5 pb-5">
        {(Object.keys(POINTS) as (keyof typeof POINTS)[]).map((name) => {
          const Icon = POINTS[name];
          return (
            <li key={name} className="flex gap-3">
              <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" strokeWidth={1.75} />
              <div>
                <h3 className="text-[13px] font-medium">{t(`${name}.title`)}</h3>
                <p className="mt-0.5 text-[13px] text-ink-2">{t(`${name}.text`, { percent: feePercent })}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

const PAGE_ROWS = 20;
const FRESH_MS = 3_000;
const FRESH_SLOWEST_MS = 15_000;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Contribute");
  return { title: t("title") };
}

/** The providers that something here could serve, those whose keys are taken first. */
function toProviders({ providers, switches }: Settings, { channels }: Catalogue): ProviderView[] {
  const served = PROVIDERS.filter(
    (id) =>
      id !== "openai-compatible" &&
      findAdapter(id)?.keyCheck &&
      [...channels.values()].some((channel) => channel.provider === id && channel.enabled),
  );
  const views = served.map((id) => ({
    id,
    isOpen: switches.contributions && !switches.providers_off.includes(id) && providers[id]?.allowed === true,
    note: providers[id]?.note ?? "",
  }));
  return views.toSorted((a, b) => Number(b.isOpen) - Number(a.isOpen));
}

const toRow = (contribution: ContributionView): ContributionRow => ({
  id: toPublicId("contribution", contribution.id),
  provider: contribution.provider,
  hint: contribution.hint,
  state: contribution.state,
  reason: contribution.reason,
  netMicros: contribution.netMicros,
  vestedMicros: contribution.vestedMicros,
  remainingMicros: contribution.remainingMicros,
  heldBackMicros: contribution.heldBackMicros,
  requestsServed: contribution.requestsServed,
  createdMs: contribution.createdAtMs,
});

/** The offer that the address names. A quote of a top-up is none. */
async function readOffer(userId: ContributionView["id"], nowMs: number, id: string | null): Promise<FoundOffer | null> {
  const quoteId = id === null ? null : fromPublicId("quote", id);
  if (id === null || quoteId === null) return null;
  const found = await findQuote(webDatabase().reader, { nowMs }, { userId, quoteId });
  if (found?.outcome !== "open") return found && { ...found, id };
  const { provider, topUpOf, quote } = found;
  return topUpOf === null ? { outcome: "open", provider, quote: { ...quote, id } } : null;
}

async function readPage(userId: ContributionView["id"], nowMs: number, searchParams: SearchParams) {
  const { reader } = webDatabase();
  const asked = await searchParams;
  const place = one(asked["before"]);
  const before = place === null ? null : fromPublicId("contribution", place);
  const [{ settings, catalogue }, found, offer] = await Promise.all([
    readConfig(),
    listContributions(reader, { nowMs }, { userId, before, limit: PAGE_ROWS + 1 }),
    readOffer(userId, nowMs, one(asked["quote"])),
  ]);
  const { digits, scale } = settings.contribution_fee;
  return {
    providers: toProviders(settings, catalogue),
    feePercent: formatDecimal(digits * 100n, scale),
    rows: found.slice(0, PAGE_ROWS).map(toRow),
    hasMore: found.length > PAGE_ROWS,
    isFirstPage: before === null,
    offer,
  };
}

export default async function ContributePage({ searchParams }: { searchParams: SearchParams }) {
  const { user, ctx } = await requireSession();
  const [t, usage, page] = await Promise.all([
    getTranslations("Contribute"),
    getTranslations("Usage"),
    readPage(user.id, ctx.nowMs, searchParams),
  ]);
  const last = page.rows.at(-1);
  return (
    <>
      <PageHeader title={t("title")} note={t("note")} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <UrlState>
          <Wizard providers={page.providers} feePercent={page.feePercent} found={page.offer} />
        </UrlState>
        <HowItWorks feePercent={page.feePercent} />
      </div>
      <Card className="mt-4">
        <CardHeader title={t("mine.title")} note={t("mine.note")} />
        {page.rows.length > 0 ? (
          <ContributionTable rows={page.rows} nowMs={ctx.nowMs} feePercent={page.feePercent} />
        ) : (
          <EmptyState icon={HandCoins} title={t("mine.empty.title")} text={t("mine.empty.text")} />
        )}
        <Pager
          label={usage("pages")}
          older={last && page.hasMore ? { href: `/contribute?before=${last.id}`, label: usage("older") } : null}
          newest={page.isFirstPage ? null : { href: "/contribute", label: usage("newest") }}
        />
      </Card>
      {page.rows.length > 0 && <KeepFresh firstMs={FRESH_MS} slowestMs={FRESH_SLOWEST_MS} />}
    </>
  );
}
