import { Credits, signedAmount } from "@/app/_components/money";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { webDatabase } from "@/app/_server/database";
import { one, type SearchParams } from "@/app/_server/request";
import { requireSession } from "@/app/_server/session";
import { toPublicId, type Uuid } from "@/lib/ids";
import {
  type Balance,
  listTransfers,
  type Movement,
  readBalance,
  TRANSFER_KINDS,
  type TransferKind,
} from "@/lib/ledger";
import { toKeyReason } from "@/lib/pool";
import clsx from "clsx";
import { ArrowLeftRight, ListFilter } from "lucide-react";
import type { Metadata } from "next";
import { useLocale, useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { RefreshOnUsage } from "../_components/live";
import { PageHeader, Pager, Stat } from "../_components/page-header";
import { UrlState } from "../_components/url-state";
import { KindFilter } from "./_components/kind-filter";

const OWN_SOURCES = ["promo", "referral", "purchased", "vested", "unvested", "debt"] as const;

function To({ href, what, id }: { href: string; what: string; id: string }) {
  return (
    <Link href={href} className="text-accent-ink underline-offset-4 hover:underline">
      {what} <span className="font-mono text-xs">…{id.slice(-6)}</span>
    </Link>
  );
}

function For({ movement }: { movement: Movement }) {
  const t = useTranslations("Transfers");
  const reasons = useTranslations("Contribute.reasons");
  const { refType, refId, memo } = movement;
  if (refType === "request" && refId) {
    // The books name a request by its UUID.
    const id = toPublicId("request", refId as Uuid);
    return <To href={`/usage/${id}`} what={t("request")} id={id} />;
  }
  if (refType === "purchase" && refId) return <To href={`/buy/orders/${refId}`} what={t("order")} id={refId} />;
  const ended = movement.kind === "clawback" ? toKeyReason(memo) : null;
  return ended ? t("contributedKey", { reason: reasons(ended, { state: "retired" }) }) : memo;
}

function Row({ movement, nowMs }: { movement: Movement; nowMs: number }) {
  const t = useTranslations("Transfers");
  const locale = useLocale();
  const source = OWN_SOURCES.find((name) => name === movement.source) ?? "platform";
  return (
    <Tr>
      <Td className="text-ink-2">
        <RelativeTime atMs={movement.at.getTime()} nowMs={nowMs} />
      </Td>
      <Td isWrapped className="font-medium">
        {t(`kinds.${movement.kind}`)}
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">{t(`sources.${source}`)}</Td>
      <Td className="hidden max-w-64 truncate text-ink-2 sm:table-cell">
        <For movement={movement} />
      </Td>
      <Td isNumeric className={clsx("font-medium max-sm:pr-5", movement.signedMicros > 0n && "text-accent-ink")}>
        {signedAmount(movement.signedMicros, locale)}
        <span className="block text-xs font-normal text-ink-3 sm:hidden">
          <Credits amount={movement.balanceAfterMicros} isExact hasUnit={false} />
        </span>
      </Td>
      <Td isNumeric className="hidden text-ink-2 sm:table-cell">
        <Credits amount={movement.balanceAfterMicros} isExact hasUnit={false} />
      </Td>
    </Tr>
  );
}

/** Movements newest first, each with the balance after it. */
function TransferTable({ movements, nowMs }: { movements: Movement[]; nowMs: number }) {
  const t = useTranslations("Transfers.table");
  return (
    <Table label={t("label")}>
      <thead>
        <tr>
          <Th>{t("time")}</Th>
          <Th>{t("kind")}</Th>
          <Th className="hidden md:table-cell">{t("source")}</Th>
          <Th className="hidden sm:table-cell">{t("for")}</Th>
          <Th isNumeric className="max-sm:pr-5">
            {t("amount")}
            <span className="block font-normal sm:hidden">{t("balance")}</span>
          </Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("balance")}
          </Th>
        </tr>
      </thead>
      <tbody>
        {movements.map((movement) => (
          <Row key={movement.seq.toString()} movement={movement} nowMs={nowMs} />
        ))}
      </tbody>
    </Table>
  );
}

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
