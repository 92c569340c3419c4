import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { Credits } from "@/app/_components/money";
import { Table, Td, Th, Tr } from "@/app/_components/ui/table";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { isUsageStatus, UsageStatus } from "@/app/_components/usage-status";
import type { UsageRow } from "@/app/_server/usage";

/** A duration as people say it: milliseconds below a second, else seconds with one decimal. */
export function durationText(milliseconds: number, locale: string): string {
  const isShort = milliseconds < 1_000;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: isShort ? "millisecond" : "second",
    unitDisplay: "short",
    maximumFractionDigits: isShort ? 0 : 1,
  }).format(isShort ? milliseconds : milliseconds / 1_000);
}

function Row({ row, nowMs, isShort }: { row: UsageRow; nowMs: number; isShort: boolean }) {
  const t = useTranslations("Usage");
  const locale = useLocale();
  const number = new Intl.NumberFormat(locale);
  const tokens = (count: number | null) => (count === null ? "–" : number.format(count));
  return (
    <Tr className="relative">
      <Td className="text-ink-2">
        {/* The link covers the row, so that it opens wherever one clicks, with a middle click too. */}
        <Link
          href={`/usage/${row.id}`}
          aria-label={t("table.open", { id: row.id })}
          className="absolute inset-0 rounded-none"
        />
        <span className="relative pointer-events-auto">
          <RelativeTime atMs={row.atMs} nowMs={nowMs} />
        </span>
      </Td>
      <Td className="max-w-28 truncate font-medium sm:max-w-48">
        {row.model || "–"}
        {row.status !== "ok" && isUsageStatus(row.status) && (
          <span className="block text-xs font-normal text-ink-3 sm:hidden">{t(`status.${row.status}`)}</span>
        )}
      </Td>
      {!isShort && (
        <Td className="hidden max-w-40 truncate text-ink-2 lg:table-cell">{row.keyName ?? t("deletedKey")}</Td>
      )}
      <Td className="hidden sm:table-cell">
        <UsageStatus status={row.status} />
      </Td>
      {!isShort && (
        <>
          <Td isNumeric className="hidden text-ink-2 md:table-cell">
            {tokens(row.inputTokens)}
          </Td>
          <Td isNumeric className="hidden text-ink-2 md:table-cell">
            {tokens(row.outputTokens)}
          </Td>
          <Td isNumeric className="hidden text-ink-2 md:table-cell">
            {durationText(row.latencyMs, locale)}
          </Td>
        </>
      )}
      <Td isNumeric className="font-medium">
        {row.charge === 0n ? (
          <span className="font-normal text-ink-3">{t("notCharged")}</span>
        ) : (
          <Credits amount={row.charge} isExact hasUnit={false} />
        )}
      </Td>
    </Tr>
  );
}

/** Requests, newest first; each row opens its request. */
export function UsageTable({ rows, nowMs, isShort = false }: { rows: UsageRow[]; nowMs: number; isShort?: boolean }) {
  const t = useTranslations("Usage.table");
  return (
    <Table label={t("label")}>
      <thead>
        <tr>
          <Th>{t("time")}</Th>
          <Th>{t("model")}</Th>
          {!isShort && <Th className="hidden lg:table-cell">{t("key")}</Th>}
          <Th className="hidden sm:table-cell">{t("status")}</Th>
          {!isShort && (
            <>
              <Th isNumeric className="hidden md:table-cell">
                {t("input")}
              </Th>
              <Th isNumeric className="hidden md:table-cell">
                {t("output")}
              </Th>
              <Th isNumeric className="hidden md:table-cell">
                {t("latency")}
              </Th>
            </>
          )}
          <Th isNumeric>{t("credits")}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} row={row} nowMs={nowMs} isShort={isShort} />
        ))}
      </tbody>
    </Table>
  );
}
