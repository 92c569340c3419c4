import { Credits, Money } from "@/app/_components/money";
import { packName } from "@/app/_components/packs";
import { buttonClass } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Spinner } from "@/app/_components/ui/spinner";
import { readPayment, readPurchase } from "@/app/_server/purchases";
import { one, type SearchParams } from "@/app/_server/request";
import { requireSession } from "@/app/_server/session";
import type { PaymentState, PurchaseState, PurchaseView } from "@/lib/payments";
import clsx from "clsx";
import { Check, Printer } from "lucide-react";
import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import type { ReactNode } from "react";
import { KeepFresh } from "../../../_components/keep-fresh";
import { BackLink, PageHeader } from "../../../_components/page-header";
import { OrderState } from "../../_components/order-state";
import { PayButton } from "./_components/pay-button";
import { RefundCard } from "./_components/refund-card";

const ENDED: ReadonlySet<PurchaseState> = new Set<PurchaseState>(["failed", "expired", "quarantined"]);

type StepProps = {
  name: "created" | "paid" | "credited";
  atMs: number | null;
  nowMs: number;
  isDone?: boolean;
  /** Whether it comes next, and whether it is under way rather than the buyer's to take. */
  isNext?: boolean;
  isUnderWay?: boolean;
};

function Step({ name, atMs, nowMs, isDone = atMs !== null, isNext = false, isUnderWay = isNext }: StepProps) {
  const t = useTranslations("Buy.steps");
  return (
    <li
      className="relative flex gap-3.5 pb-7 last:pb-0 [&:last-child>i]:hidden"
      aria-current={isNext ? "step" : undefined}
    >
      <i aria-hidden="true" className={clsx("absolute top-7 bottom-1 left-3 w-px", isDone ? "bg-accent" : "bg-line")} />
      <span
        className={clsx(
          "flex size-6 shrink-0 items-center justify-center rounded-full border",
          isDone ? "border-accent-fill bg-accent-fill text-on-accent" : "border-line-strong bg-surface text-ink-3",
        )}
      >
        {isDone && <Check aria-hidden="true" className="size-3.5" strokeWidth={3} />}
        {isUnderWay && <Spinner />}
        <span className="sr-only">{t(isDone ? "done" : isNext ? "next" : "open")}</span>
      </span>
      <div className="min-w-0 pt-0.5">
        <p className={clsx("leading-5 font-medium", !isDone && !isNext && "text-ink-3")}>{t(`${name}.title`)}</p>
        <p className="mt-0.5 text-[13px] text-ink-3">
          {atMs !== null ? <RelativeTime atMs={atMs} nowMs={nowMs} /> : isUnderWay ? t(`${name}.waiting`) : null}
        </p>
      </div>
    </li>
  );
}

/** The way of an order: created, paid, credited. Each step is taken by Stripe's word, not by this browser's. */
function Steps({ order, payment, nowMs }: { order: PurchaseView; payment: PaymentState | null; nowMs: number }) {
  const t = useTranslations("Buy.steps");
  const isOpen = !ENDED.has(order.state);
  const isPaid = order.paidMs !== null || payment === "paid";
  return (
    <ol aria-label={t("label")} className="p-5 sm:p-6" data-testid="steps">
      <Step name="created" atMs={order.createdMs} nowMs={nowMs} />
      <Step
        name="paid"
        atMs={order.paidMs}
        nowMs={nowMs}
        isDone={isPaid}
        isNext={isOpen && !isPaid}
        isUnderWay={payment === "processing"}
      />
      <Step
        name="credited"
        atMs={order.creditedMs}
        nowMs={nowMs}
        isNext={isOpen && isPaid && order.creditedMs === null}
      />
    </ol>
  );
}

function Words({ text, children }: { text: ReactNode; children?: ReactNode }) {
  return (
    <div role="status" className="border-t border-line px-5 py-4 sm:px-6">
      <p className="text-ink-2">{text}</p>
      {children && <div className="mt-3 flex flex-wrap gap-2">{children}</div>}
    </div>
  );
}

type NextStepProps = { order: PurchaseView; payment: PaymentState | null; id: string; wasCancelled: boolean };

/** What an order that isn't paid as far as we know means for its buyer: payment is offered only where it can still be made. */
function Unpaid({ payment, id, wasCancelled }: Omit<NextStepProps, "order">) {
  const t = useTranslations("Buy.next");
  const again = (
    <Link href="/buy" className={buttonClass("secondary")}>
      {t("again")}
    </Link>
  );
  switch (payment) {
    case "open":
      return (
        <Words text={t(wasCancelled ? "cancelled" : "created")}>
          <PayButton id={id} />
          {again}
        </Words>
      );
    case "paid":
      return <Words text={t("paid")} />;
    case "processing":
      return <Words text={t("processing")} />;
    case "over":
      return <Words text={t("expired")}>{again}</Words>;
    case "unknown":
    case null:
      return <Words text={t("unknown")} />;
  }
}

/** What an order's state means for its buyer, and what they can do next. */
function NextStep({ order, payment, id, wasCancelled }: NextStepProps) {
  const t = useTranslations("Buy.next");
  const again = (
    <Link href="/buy" className={buttonClass("secondary")}>
      {t("again")}
    </Link>
  );
  switch (order.state) {
    case "created":
      return <Unpaid payment={payment} id={id} wasCancelled={wasCancelled} />;
    case "credited":
      return (
        <Words text={t.rich("credited", { amount: () => <Credits amount={order.creditsMicros} isExact /> })}>
          <Link href="/models" className={buttonClass("primary")}>
            {t("models")}
          </Link>
          <Link href="/keys?create=true" className={buttonClass("secondary")}>
            {t("key")}
          </Link>
        </Words>
      );
    case "failed":
    case "expired":
      return <Words text={t(order.state)}>{again}</Words>;
    case "quarantined":
      return <Words text={t(order.creditedMs === null ? "quarantined" : "frozen")} />;
    case "paid":
    case "refunded":
    case "partly_refunded":
    case "disputed":
      return <Words text={t(order.state)} />;
  }
}

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
  const payment = order.state === "created" ? await readPayment(order.id, ctx.nowMs) : null;
  return (
    <>
      <BackLink href="/buy">{t("title")}</BackLink>
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
          <Steps order={order} payment={payment} nowMs={ctx.nowMs} />
          <NextStep order={order} payment={payment} id={id} wasCancelled={one(asked["cancelled"]) !== null} />
        </Card>
        <div className="flex flex-col gap-4">
          <Facts order={order} id={id} nowMs={ctx.nowMs} />
          {order.refundableNanos > 0n && <RefundCard order={order} id={id} />}
        </div>
      </div>
      {(order.state === "created" || order.state === "paid") && (
        <KeepFresh firstMs={FRESH_MS} slowestMs={FRESH_SLOWEST_MS} restartOn={payment ?? order.state} />
      )}
    </>
  );
}
