"use client";

import { useTranslations } from "next-intl";
import { Credits } from "@/app/_components/money";
import { Money } from "@/app/_components/money";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { showToast } from "@/app/_components/ui/toast-queue";
import type { PurchaseView } from "@/lib/payments";
import { useAction } from "@/app/_components/ui/use-action";
import { refundOrder } from "../../../actions";

export type RefundProps = { order: Pick<PurchaseView, "refundableNanos" | "remainingMicros">; id: string };

/** Asks once more, with the amounts: a refund can't be taken back. */
export default function RefundDialog({ order, id, onClose }: RefundProps & { onClose: () => void }) {
  const t = useTranslations("Buy.refund");
  const ui = useTranslations("Ui");
  const [isPending, startTransition] = useAction();
  const confirm = () =>
    startTransition(async () => {
      const refunded = await refundOrder(id);
      if (refunded.outcome === "refused") showToast({ title: t("failed"), text: refunded.message, isError: true });
      else showToast({ title: t("done") });
      onClose();
    });
  return (
    <Dialog isOpen onClose={onClose} title={t("confirm")}>
      <dl className="flex flex-col gap-2">
        <div className="flex justify-between gap-4">
          <dt className="text-ink-2">{t("youGet")}</dt>
          <dd className="font-semibold">
            <Money amount={order.refundableNanos} />
          </dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt className="text-ink-2">{t("youGive")}</dt>
          <dd className="font-semibold">
            <Credits amount={order.remainingMicros} isExact />
          </dd>
        </div>
      </dl>
      <p className="mt-4 text-[13px] text-ink-3">{t("rule")}</p>
      <div className="mt-5 flex justify-end gap-2">
        <Button variant="secondary" onClick={onClose}>
          {ui("cancel")}
        </Button>
        <Button variant="danger" isPending={isPending} onClick={confirm}>
          <span>{t.rich("submit", { money: () => <Money amount={order.refundableNanos} /> })}</span>
        </Button>
      </div>
    </Dialog>
  );
}
