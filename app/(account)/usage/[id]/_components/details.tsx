import { useLocale, useTimeZone, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { exactTime } from "@/app/_components/times";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { toPublicId } from "@/lib/ids";
import type { UsageRecord } from "@/lib/usage";
import { durationText } from "../../../_components/usage-table";

function Detail({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4 border-t border-line px-5 py-2.5">
      <dt className="text-[13px] whitespace-nowrap text-ink-3">{name}</dt>
      <dd className="min-w-0 text-right wrap-anywhere">{children}</dd>
    </div>
  );
}

/** What else is known of a request. */
export function Details({ record, keyName }: { record: UsageRecord; keyName: string | null }) {
  const t = useTranslations("Request");
  const usage = useTranslations("Usage");
  const locale = useLocale();
  const time = exactTime(record.atMs, locale, useTimeZone() ?? "UTC");
  const id = toPublicId("request", record.id);
  return (
    <Card>
      <CardHeader title={t("details")} />
      <dl>
        <Detail name={t("id")}>
          <span className="inline-flex max-w-full items-center gap-1">
            <code className="truncate font-mono text-[12.5px]">{id}</code>
            <CopyButton text={id} label={t("id")} />
          </span>
        </Detail>
        <Detail name={t("time")}>
          <time dateTime={time.iso} data-hint={time.text} tabIndex={0}>
            {time.text.split("\n")[0]}
          </time>
        </Detail>
        <Detail name={t("key")}>{keyName ?? usage("deletedKey")}</Detail>
        <Detail name={t("protocol")}>{record.protocol}</Detail>
        <Detail name={t("http")}>{record.httpStatus}</Detail>
        {record.errorCode && (
          <Detail name={t("errorCode")}>
            <code className="font-mono text-[12.5px]">{record.errorCode}</code>
          </Detail>
        )}
        <Detail name={t("latency")}>{durationText(record.latencyMs, locale)}</Detail>
        {record.ttftMs !== null && <Detail name={t("ttft")}>{durationText(record.ttftMs, locale)}</Detail>}
        <Detail name={t("streamed")}>{t(record.isStreamed ? "yes" : "no")}</Detail>
        {record.taskId && <Detail name={t("task")}>{record.taskId}</Detail>}
      </dl>
    </Card>
  );
}
