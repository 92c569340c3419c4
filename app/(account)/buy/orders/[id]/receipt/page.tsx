import { ArrowLeft } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { useTranslations } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import { exactAmount, Money } from "@/app/_components/money";
import { Logo } from "@/app/_components/logo";
import { appUrl } from "@/app/_server/request";
import { readPurchase } from "@/app/_server/purchases";
import { requireSession } from "@/app/_server/session";
import { micros, nanos, type Nanos } from "@/lib/money";
import type { PurchaseView } from "@/lib/payments";
import { PrintButton } from "./_components/print-button";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("Buy.receipt");
  return { title: t("title") };
}

type SumProps = { name: string; note?: string; amount: Nanos; isTotal?: boolean };

function Sum({ name, note, amount, isTotal = false }: SumProps) {
  return (
    <div className={`flex justify-between gap-4 py-2 ${isTotal ? "border-t border-line text-base font-semibold" : ""}`}>
      <dt>
        {name}
        {note && <span className="block text-[13px] text-ink-3">{note}</span>}
      </dt>
      <dd>
        <Money amount={amount} />
      </dd>
    </div>
  );
}

function Lines({ order, locale }: { order: PurchaseView; locale: string }) {
  const t = useTranslations("Buy.receipt");
  const bonus = micros(order.creditsMicros - order.baseMicros);
  const amounts = { base: exactAmount(order.baseMicros, locale), bonus: exactAmount(bonus, locale) };
  return (
    <dl className="mt-8 border-t border-line pt-2">
      <Sum
        name={t("line", { credits: exactAmount(order.creditsMicros, locale) })}
        note={bonus > 0n ? t("bonus", amounts) : undefined}
        amount={order.usdNanos}
      />
      <Sum name={t("total")} amount={order.usdNanos} isTotal />
      {order.refundedNanos > 0n && (
        <>
          <Sum name={t("refunded")} amount={nanos(0n - order.refundedNanos)} />
          <Sum name={t("kept")} amount={nanos(order.usdNanos - order.refundedNanos)} isTotal />
        </>
      )}
    </dl>
  );
}

export default async function ReceiptPage({ params }: { params: Promise<{ id: string }> }) {
  const { user, ctx } = await requireSession();
  const { id } = await params;
  const [t, locale, order] = await Promise.all([
    getTranslations("Buy.receipt"),
    getLocale(),
    readPurchase(user, id, ctx.nowMs),
  ]);
  if (order.paidMs === null) notFound();
  const paid = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: user.timeZone }).format(order.paidMs);
  const facts = [
    { name: t("number"), value: <code className="font-mono text-[13px] break-all">{id}</code> },
    { name: t("date"), value: paid },
    { name: t("from"), value: `Scrip, ${new URL(appUrl()).host}` },
    { name: t("to"), value: [user.name, user.email].filter(Boolean).join(", ") },
  ];
  return (
    <div className="mx-auto max-w-2xl">
      <div className="mb-4 flex items-center justify-between gap-4 print:hidden">
        <Link
          href={`/buy/orders/${id}`}
          className="inline-flex items-center gap-1.5 rounded-sm text-[13px] text-ink-3 hover:text-ink"
        >
          <ArrowLeft aria-hidden="true" className="size-3.5" />
          {t("back")}
        </Link>
        <PrintButton />
      </div>
      <article className="rounded-lg border border-line bg-surface p-6 shadow-1 sm:p-10 print:border-0 print:p-0 print:shadow-none">
        <div className="flex items-start justify-between gap-4">
          <h1 className="text-2xl font-semibold">{t("title")}</h1>
          <Logo />
        </div>
        <dl className="mt-8 grid gap-x-8 gap-y-4 sm:grid-cols-2">
          {facts.map(({ name, value }) => (
            <div key={name} className="min-w-0">
              <dt className="text-[13px] text-ink-3">{name}</dt>
              <dd className="mt-0.5 break-words">{value}</dd>
            </div>
          ))}
        </dl>
        <Lines order={order} locale={locale} />
        <p className="mt-8 text-[13px] text-ink-3">{t("paid", { date: paid })}</p>
      </article>
    </div>
  );
}
