"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { payOrder } from "../../../actions";
import { usePayPage } from "../../../_components/use-pay-page";

/** Back to the pay page of an order that waits for its payment. */
export function PayButton({ id }: { id: string }) {
  const t = useTranslations("Buy.next");
  const { isPending, go } = usePayPage();
  return (
    <Button isPending={isPending} onClick={() => go(() => payOrder(id))}>
      {t("pay")}
    </Button>
  );
}
