import { ArrowLeftRight, ListFilter } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Credits } from "@/app/_components/credits";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { webDatabase } from "@/app/_server/database";
import { one, type SearchParams } from "@/app/_server/search-params";
import { requireSession } from "@/app/_server/session";
import { type Balance, listTransfers, readBalance, TRANSFER_KINDS, type TransferKind } from "@/lib/ledger";
import { RefreshOnUsage } from "../_components/live";
import { PageHeader } from "../_components/page-header";
import { Pager } from "../_components/pager";
import { Stat } from "../_components/stat";
import { UrlState } from "../_components/url-state";
import { KindFilter } from "./_components/kind-filter";
import { TransferTable } from "./_components/transfer-table";

const PAGE_ROWS = 50;
const SEQ_DIGITS_MAX = 18;

const isKind = (text: string | null): text is TransferKind => text !== null && text in TRANSFER_KINDS;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Transfers");
  return { title: t("title") };
}

async function readQuery(searchParams: SearchParams) {
  const asked = await searchParams;
  const [kind, before] = [one(asked["kind"]), one(asked["before"])];
  const isPlace = before !== null && /^\d+$/.test(before) && before.length <= SEQ_DIGITS_MAX;
  return { kind: isKind(kind) ? kind : undefined, before: isPlace ? BigInt(before) : null };
}

function hrefOf(kind: TransferKind | undefined, before: bigint | null): string {
  const search = new URLSearchParams({ ...(kind && { kind }), ...(before !== null && { before: before.toString() }) });
  return search.size > 0 ? `/transfers?${search}` : "/transfers";
}

async function Figures({ balance }: { balance: Balance }) {
  const t = await getTranslations("Transfers.balance");
  return (
    <Card className="mb-4 grid grid-cols-2 gap-px max-sm:*:last:odd:col-span-2 overflow-hidden !bg-line sm:auto-cols-fr sm:grid-flow-col sm:grid-cols-none">
      <Stat label={t("available")} value={<Credits amount={balance.availableMicros} />} />
      <Stat label={t("spendable")} value={<Credits amount={balance.spendableMicros} />} />
      <Stat label={t("held")} value={<Credits amount={balance.heldMicros} />} />
      {balance.debtMicros > 0n && <Stat label={t("debt")} value={<Credits amount={balance.debtMicros} isExact />} />}
    </Card>
  );
}

async function Nothing({ isFiltered }: { isFiltered: boolean }) {
  const t = await getTranslations("Transfers");
  if (!isFiltered) return <EmptyState icon={ArrowLeftRight} title={t("empty.title")} text={t("empty.text")} />;
  return (
    <EmptyState icon={ListFilter} title={t("none.title")} text={t("none.text")}>
      <Link href="/transfers" className={buttonClass("secondary")}>
        {t("all")}
      </Link>
    </EmptyState>
  );
}

export default async function TransfersPage({ searchParams }: { searchParams: SearchParams }) {
  const { user, ctx } = await requireSession();
  const { kind, before } = await readQuery(searchParams);
  const { reader } = webDatabase();
  const [t, usage, balance, found] = await Promise.all([
    getTranslations("Transfers"),
    getTranslations("Usage"),
    readBalance(reader, user.walletId),
    listTransfers(reader, { wallet: user.walletId, before, limit: PAGE_ROWS + 1, kind }),
  ]);
  const movements = found.slice(0, PAGE_ROWS);
  const last = movements.at(-1);
  const kinds = (Object.keys(TRANSFER_KINDS) as TransferKind[]).map((value) => ({ value, label: t(`kinds.${value}`) }));
  return (
    <>
      <RefreshOnUsage />
      <PageHeader title={t("title")} note={t("note")}>
        <UrlState>
          <KindFilter kinds={kinds} />
        </UrlState>
      </PageHeader>
      <Figures balance={balance} />
      <Card>
        {movements.length > 0 ? (
          <TransferTable movements={movements} nowMs={ctx.nowMs} />
        ) : (
          <Nothing isFiltered={kind !== undefined} />
        )}
        <Pager
          label={usage("pages")}
          older={last && found.length > PAGE_ROWS ? { href: hrefOf(kind, last.seq), label: usage("older") } : null}
          newest={before === null ? null : { href: hrefOf(kind, null), label: usage("newest") }}
        />
      </Card>
    </>
  );
}
