import Link from "next/link";
import { useTranslations } from "next-intl";
import { Credits } from "@/app/_components/credits";
import { Money } from "@/app/_components/money";
import { packName } from "@/app/_components/packs";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { toPublicId } from "@/lib/ids";
import type { PurchaseView } from "@/lib/payments";
import { OrderState } from "../../_components/order-state";

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
export function OrderTable({ orders, nowMs }: { orders: PurchaseView[]; nowMs: number }) {
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
