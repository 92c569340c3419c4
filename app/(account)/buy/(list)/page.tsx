import { Credits, Money } from "@/app/_components/money";
import { packName } from "@/app/_components/packs";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { EmptyState } from "@/app/_components/ui/empty-state";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { webDatabase } from "@/app/_server/database";
import { toPackViews } from "@/app/_server/purchases";
import { one, type SearchParams } from "@/app/_server/request";
import { requireSession } from "@/app/_server/session";
import { readCursor, writeCursor } from "@/lib/http";
import { fromPublicId, toPublicId, type Uuid } from "@/lib/ids";
import { listPurchases, ORDER_USD_MAX, ORDER_USD_MIN, type PurchaseView } from "@/lib/payments";
import { readSettings, type Settings } from "@/lib/settings";
import { Receipt } from "lucide-react";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { PageHeader, Pager } from "../../_components/page-header";
import { UrlState } from "../../_components/url-state";
import { OrderState } from "../_components/order-state";
import { AmountForm } from "./_components/amount-form";
import type { AmountRules } from "./_components/amount-preview";
import { Packs } from "./_components/packs";

function Row({ order, nowMs }: { order: PurchaseView; nowMs: number }) {
  const t = useTranslations("Buy");
  const id = toPublicId("purchase", order.id);
  return (
    <Tr className="relative">
      <Td className="text-ink-2">
        {/* The link covers the row, so that it opens wherever one clicks. */}
        <Link
          href={`/buy/orders/${id}`}
          aria-label={t("history.open", { id })}
          className="absolute inset-0 rounded-none"
        />
        <span className="pointer-events-auto relative">
          <RelativeTime atMs={order.createdMs} nowMs={nowMs} />
        </span>
      </Td>
      <Td className="hidden md:table-cell">{order.pack === null ? t("anyAmount") : packName(order.pack)}</Td>
      <Td isNumeric className="font-medium">
        <Credits amount={order.creditsMicros} hasUnit={false} />
      </Td>
      <Td isNumeric className="hidden text-ink-2 sm:table-cell">
        <Money amount={order.usdNanos} />
      </Td>
      <Td isNumeric isWrapped className="max-sm:*:rounded-md max-sm:*:text-left max-sm:*:whitespace-normal">
        <OrderState state={order.state} />
      </Td>
    </Tr>
  );
}

/** Orders, newest first; each row opens its order. */
function OrderTable({ orders, nowMs }: { orders: PurchaseView[]; nowMs: number }) {
  const t = useTranslations("Buy.history");
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("time")}</Th>
          <Th className="hidden md:table-cell">{t("what")}</Th>
          <Th isNumeric>{t("credits")}</Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("price")}
          </Th>
          <Th isNumeric>{t("state")}</Th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <Row key={order.id} order={order} nowMs={nowMs} />
        ))}
      </tbody>
    </Table>
  );
}

const PAGE_ROWS = 20;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Buy");
  return { title: t("title") };
}

type Place = { ms: number; id: Uuid };

function readPlace(text: string | null): Place | null {
  if (!text) return null;
  try {
    const [ms = "", publicId = ""] = readCursor(text, 2);
    const id = fromPublicId("purchase", publicId);
    return id && /^\d{1,15}$/.test(ms) ? { ms: Number(ms), id } : null;
  } catch {
    return null; // a cursor of another list, or none at all: begin at the start
  }
}

const placeText = ({ createdMs, id }: PurchaseView): string =>
  writeCursor([String(createdMs), toPublicId("purchase", id)]);

const rulesOf = ({ usd_per_credit: usdPerCredit, bonus_steps: steps }: Settings): AmountRules => ({
  minNanos: ORDER_USD_MIN,
  maxNanos: ORDER_USD_MAX,
  usdPerCredit,
  steps: steps.map(({ from_usd: fromNanos, bonus }) => ({ fromNanos, bonus })),
});

export default async function BuyPage({ searchParams }: { searchParams: SearchParams }) {
  const { user, ctx } = await requireSession();
  const before = readPlace(one((await searchParams)["before"]));
  const { reader } = webDatabase();
  const [t, usage, settings, found] = await Promise.all([
    getTranslations("Buy"),
    getTranslations("Usage"),
    readSettings(reader),
    listPurchases(reader, ctx.nowMs, { userId: user.id, before, limit: PAGE_ROWS + 1 }),
  ]);
  const orders = found.slice(0, PAGE_ROWS);
  const last = orders.at(-1);
  return (
    <>
      <PageHeader title={t("title")} note={t("note")} />
      <Packs packs={toPackViews(settings)} />
      <UrlState>
        <AmountForm rules={rulesOf(settings)} />
      </UrlState>
      <Card className="mt-4">
        <CardHeader title={t("history.title")} />
        {orders.length > 0 ? (
          <OrderTable orders={orders} nowMs={ctx.nowMs} />
        ) : (
          <EmptyState icon={Receipt} title={t("history.empty.title")} text={t("history.empty.text")} />
        )}
        <Pager
          label={usage("pages")}
          older={
            last && found.length > PAGE_ROWS ? { href: `/buy?before=${placeText(last)}`, label: usage("older") } : null
          }
          newest={before ? { href: "/buy", label: usage("newest") } : null}
        />
      </Card>
    </>
  );
}
