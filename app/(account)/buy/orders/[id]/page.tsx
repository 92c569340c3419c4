import { ArrowLeft, Printer } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { Credits } from "@/app/_components/credits";
import { Money } from "@/app/_components/money";
import { packName } from "@/app/_components/packs";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { readPurchase } from "@/app/_server/purchase-page";
import { one, type SearchParams } from "@/app/_server/search-params";
import { requireSession } from "@/app/_server/session";
import type { PurchaseView } from "@/lib/payments";
import { KeepFresh } from "../../../_components/keep-fresh";
import { PageHeader } from "../../../_components/page-header";
import { OrderState } from "../../_components/order-state";
import { NextStep } from "./_components/next-step";
import { RefundCard } from "./_components/refund-card";
import { Steps } from "./_components/steps";

const FRESH_MS = 1_000;
const FRESH_SLOWEST_MS = 10_000;

type Props = { params: Promise<{ id: string }>; searchParams: SearchParams };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Buy.order");
  return { title: t("title") };
}

function Facts({ order, id, nowMs }: { order: PurchaseView; id: string; nowMs: number }) {
  const t = useTranslations("Buy");
  const facts = [
    { name: t("order.what"), value: order.pack === null ? t("anyAmount") : packName(order.pack) },
    { name: t("order.credits"), value: <Credits amount={order.creditsMicros} isExact /> },
    { name: t("order.price"), value: <Money amount={order.usdNanos} /> },
    ...(order.refundedNanos > 0n ? [{ name: t("order.refunded"), value: <Money amount={order.refundedNanos} /> }] : []),
    ...(order.creditedMs === null
      ? []
      : [{ name: t("order.left"), value: <Credits amount={order.remainingMicros} isExact /> }]),
    { name: t("order.time"), value: <RelativeTime atMs={order.createdMs} nowMs={nowMs} /> },
  ];
  return (
    <Card className="p-5">
      <dl className="flex flex-col gap-2.5">
        {facts.map(({ name, value }) => (
          <div key={name} className="flex justify-between gap-4">
            <dt className="text-ink-3">{name}</dt>
            <dd className="text-right font-medium tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex items-center gap-1 border-t border-line pt-3">
        <code className="truncate font-mono text-xs text-ink-3">{id}</code>
        <CopyButton text={id} label={t("order.id")} />
      </div>
    </Card>
  );
}

export default async function OrderPage({ params, searchParams }: Props) {
  const { user, ctx } = await requireSession();
  const { id } = await params;
  const [t, order, asked] = await Promise.all([
    getTranslations("Buy"),
    readPurchase(user, id, ctx.nowMs),
    searchParams,
  ]);
  return (
    <>
      <Link
        href="/buy"
        className="mb-3 inline-flex items-center gap-1.5 rounded-sm text-[13px] text-ink-3 hover:text-ink"
      >
        <ArrowLeft aria-hidden="true" className="size-3.5" />
        {t("title")}
      </Link>
      <PageHeader
        title={
          <span className="inline-flex flex-wrap items-center gap-3">
            {t("order.title")}
            <OrderState state={order.state} />
          </span>
        }
      >
        {order.paidMs !== null && (
          <Link href={`/buy/orders/${id}/receipt`} className={buttonClass("secondary")}>
            <Printer aria-hidden="true" className="size-4" />
            {t("order.receipt")}
          </Link>
        )}
      </PageHeader>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Card>
          <Steps order={order} nowMs={ctx.nowMs} />
          <NextStep order={order} id={id} wasCancelled={one(asked["cancelled"]) !== null} />
        </Card>
        <div className="flex flex-col gap-4">
          <Facts order={order} id={id} nowMs={ctx.nowMs} />
          {order.refundableNanos > 0n && <RefundCard order={order} id={id} />}
        </div>
      </div>
      {(order.state === "created" || order.state === "paid") && (
        <KeepFresh firstMs={FRESH_MS} slowestMs={FRESH_SLOWEST_MS} restartOn={order.state} />
      )}
    </>
  );
}
