"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Credits } from "@/app/_components/money";
import { Money } from "@/app/_components/money";
import { Button } from "@/app/_components/ui/button";
import { Card } from "@/app/_components/ui/card";
import type { RefundProps } from "./refund-dialog";

const RefundDialog = dynamic(() => import("./refund-dialog"), { ssr: false });

/** What a refund would give back now. */
export function RefundCard({ order, id }: RefundProps) {
  const t = useTranslations("Buy.refund");
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Card aria-labelledby="refund-title" className="p-5">
      <h2 id="refund-title" className="text-sm font-semibold">
        {t("title")}
      </h2>
      <p className="mt-1 text-[13px] text-ink-2">
        {t.rich("text", {
          money: () => <Money amount={order.refundableNanos} />,
          credits: () => <Credits amount={order.remainingMicros} isExact />,
        })}
      </p>
      <Button variant="secondary" size="sm" className="mt-3" onClick={() => setIsOpen(true)}>
        {t("ask")}
      </Button>
      {isOpen && <RefundDialog order={order} id={id} onClose={() => setIsOpen(false)} />}
    </Card>
  );
}
