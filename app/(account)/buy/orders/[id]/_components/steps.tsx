import clsx from "clsx";
import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { Spinner } from "@/app/_components/ui/spinner";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import type { PurchaseState, PurchaseView } from "@/lib/payments";

const ENDED: ReadonlySet<PurchaseState> = new Set<PurchaseState>(["failed", "expired", "quarantined"]);

type StepProps = { name: "created" | "paid" | "credited"; atMs: number | null; nowMs: number; isNext: boolean };

function Step({ name, atMs, nowMs, isNext }: StepProps) {
  const t = useTranslations("Buy.steps");
  const isDone = atMs !== null;
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
        {isNext && <Spinner />}
        <span className="sr-only">{t(isDone ? "done" : isNext ? "next" : "open")}</span>
      </span>
      <div className="min-w-0 pt-0.5">
        <p className={clsx("leading-5 font-medium", !isDone && !isNext && "text-ink-3")}>{t(`${name}.title`)}</p>
        <p className="mt-0.5 text-[13px] text-ink-3">
          {isDone ? <RelativeTime atMs={atMs} nowMs={nowMs} /> : isNext ? t(`${name}.waiting`) : null}
        </p>
      </div>
    </li>
  );
}

/** The way of an order: created, paid, credited. Each step is taken by Stripe's word, not by this browser's. */
export function Steps({ order, nowMs }: { order: PurchaseView; nowMs: number }) {
  const t = useTranslations("Buy.steps");
  const isOpen = !ENDED.has(order.state);
  return (
    <ol aria-label={t("label")} className="p-5 sm:p-6" data-testid="steps">
      <Step name="created" atMs={order.createdMs} nowMs={nowMs} isNext={false} />
      <Step name="paid" atMs={order.paidMs} nowMs={nowMs} isNext={isOpen && order.paidMs === null} />
      <Step
        name="credited"
        atMs={order.creditedMs}
        nowMs={nowMs}
        isNext={isOpen && order.paidMs !== null && order.creditedMs === null}
      />
    </ol>
  );
}
