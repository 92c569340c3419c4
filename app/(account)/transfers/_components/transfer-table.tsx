import clsx from "clsx";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { signedAmount } from "@/app/_components/amounts";
import { Credits } from "@/app/_components/credits";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { toPublicId, type Uuid } from "@/lib/ids";
import type { Movement } from "@/lib/ledger";
import { toKeyReason } from "@/lib/pool";

const OWN_SOURCES = ["promo", "referral", "purchased", "vested", "unvested", "debt"] as const;

function To({ href, what, id }: { href: string; what: string; id: string }) {
  return (
    <Link href={href} className="text-accent-ink underline-offset-4 hover:underline">
      {what} <span className="font-mono text-xs">…{id.slice(-6)}</span>
    </Link>
  );
}

function For({ movement }: { movement: Movement }) {
  const t = useTranslations("Transfers");
  const reasons = useTranslations("Contribute.reasons");
  const { refType, refId, memo } = movement;
  if (refType === "request" && refId) {
    // The books name a request by its UUID.
    const id = toPublicId("request", refId as Uuid);
    return <To href={`/usage/${id}`} what={t("request")} id={id} />;
  }
  if (refType === "purchase" && refId) return <To href={`/buy/orders/${refId}`} what={t("order")} id={refId} />;
  const ended = movement.kind === "clawback" ? toKeyReason(memo) : null;
  return ended ? t("contributedKey", { reason: reasons(ended) }) : memo;
}

function Row({ movement, nowMs }: { movement: Movement; nowMs: number }) {
  const t = useTranslations("Transfers");
  const locale = useLocale();
  const source = OWN_SOURCES.find((name) => name === movement.source) ?? "platform";
  return (
    <Tr>
      <Td className="text-ink-2">
        <RelativeTime atMs={movement.at.getTime()} nowMs={nowMs} />
      </Td>
      <Td isWrapped className="font-medium">
        {t(`kinds.${movement.kind}`)}
      </Td>
      <Td className="hidden text-ink-2 md:table-cell">{t(`sources.${source}`)}</Td>
      <Td className="hidden max-w-64 truncate text-ink-2 sm:table-cell">
        <For movement={movement} />
      </Td>
      <Td isNumeric className={clsx("font-medium max-sm:pr-5", movement.signedMicros > 0n && "text-accent-ink")}>
        {signedAmount(movement.signedMicros, locale)}
        <span className="block text-xs font-normal text-ink-3 sm:hidden">
          <Credits amount={movement.balanceAfterMicros} isExact hasUnit={false} />
        </span>
      </Td>
      <Td isNumeric className="hidden text-ink-2 sm:table-cell">
        <Credits amount={movement.balanceAfterMicros} isExact hasUnit={false} />
      </Td>
    </Tr>
  );
}

/** Movements newest first, each with the balance after it. */
export function TransferTable({ movements, nowMs }: { movements: Movement[]; nowMs: number }) {
  const t = useTranslations("Transfers.table");
  return (
    <Table label={t("label")}>
      <thead>
        <tr>
          <Th>{t("time")}</Th>
          <Th>{t("kind")}</Th>
          <Th className="hidden md:table-cell">{t("source")}</Th>
          <Th className="hidden sm:table-cell">{t("for")}</Th>
          <Th isNumeric className="max-sm:pr-5">
            {t("amount")}
            <span className="block font-normal sm:hidden">{t("balance")}</span>
          </Th>
          <Th isNumeric className="hidden sm:table-cell">
            {t("balance")}
          </Th>
        </tr>
      </thead>
      <tbody>
        {movements.map((movement) => (
          <Row key={movement.seq.toString()} movement={movement} nowMs={nowMs} />
        ))}
      </tbody>
    </Table>
  );
}
