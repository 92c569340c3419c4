import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/credits";
import { buttonClass } from "@/app/_components/ui/button";
import type { PurchaseView } from "@/lib/payments";
import { PayButton } from "./pay-button";

function Words({ text, children }: { text: ReactNode; children?: ReactNode }) {
  return (
    <div role="status" className="border-t border-line px-5 py-4 sm:px-6">
      <p className="text-ink-2">{text}</p>
      {children && <div className="mt-3 flex flex-wrap gap-2">{children}</div>}
    </div>
  );
}

/** What an order's state means for its buyer, and what they can do next. */
export function NextStep({ order, id, wasCancelled }: { order: PurchaseView; id: string; wasCancelled: boolean }) {
  const t = useTranslations("Buy.next");
  const again = (
    <Link href="/buy" className={buttonClass("secondary")}>
      {t("again")}
    </Link>
  );
  switch (order.state) {
    case "created":
      return (
        <Words text={t(wasCancelled ? "cancelled" : "created")}>
          <PayButton id={id} />
          {again}
        </Words>
      );
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
