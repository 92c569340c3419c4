import { CircleCheck, TriangleAlert } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { useProviderName } from "@/app/_components/use-provider-name";
import type { Alarms } from "@/lib/insight";
import { toPublicId } from "@/lib/ids";
import { Usd } from "./usd";

function Alarm({ children }: { children: ReactNode }) {
  return (
    <li className="flex items-start gap-2.5">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning" />
      <div className="min-w-0 flex-1">{children}</div>
    </li>
  );
}

function LowPools({ lowPools }: Pick<Alarms, "lowPools">) {
  const t = useTranslations("Admin.alarms");
  const providerName = useProviderName();
  const list = new Intl.ListFormat(useLocale());
  const without = lowPools.filter(({ leftNanos }) => leftNanos === null);
  return (
    <>
      {without.length > 0 && (
        <Alarm>{t("noKey", { providers: list.format(without.map(({ provider }) => providerName(provider))) })}</Alarm>
      )}
      {lowPools.map(
        ({ provider, leftNanos, dayCostNanos }) =>
          leftNanos !== null && (
            <Alarm key={provider}>
              {t.rich("lowQuota", {
                provider: providerName(provider),
                left: () => <Usd amount={leftNanos} />,
                spent: () => <Usd amount={dayCostNanos} />,
              })}
            </Alarm>
          ),
      )}
    </>
  );
}

function Quarantined({ quarantined: { count, latest }, nowMs }: Pick<Alarms, "quarantined"> & { nowMs: number }) {
  const t = useTranslations("Admin.alarms");
  return (
    <Alarm>
      {t("quarantined", { count })}
      <ul className="mt-2 flex flex-col divide-y divide-line rounded-md border border-line text-[13px]">
        {latest.map(({ id, usdNanos, problem, paidMs }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2">
            <span className="font-mono text-xs break-all">{toPublicId("purchase", id)}</span>
            <Usd amount={usdNanos} />
            <span className="text-ink-2">{problem}</span>
            <span className="text-ink-3 sm:ml-auto">
              <RelativeTime atMs={paidMs} nowMs={nowMs} />
            </span>
          </li>
        ))}
      </ul>
      {count > latest.length && (
        <p className="mt-1.5 text-[13px] text-ink-3">{t("more", { count: count - latest.length })}</p>
      )}
    </Alarm>
  );
}

/** What an operator has to look at now, whatever the range of the page. */
export function AlarmsCard({ alarms, nowMs }: { alarms: Alarms; nowMs: number }) {
  const t = useTranslations("Admin.alarms");
  const { lowPools, quarantined } = alarms;
  return (
    <Card data-testid="alarms">
      <CardHeader title={t("title")} note={t("note")} />
      <ul className="flex flex-col gap-2.5 px-5 pb-5">
        {lowPools.length + quarantined.count === 0 && (
          <li className="flex items-center gap-2.5 text-ink-2">
            <CircleCheck aria-hidden="true" className="size-4 shrink-0 text-accent" />
            {t("none")}
          </li>
        )}
        <LowPools lowPools={lowPools} />
        {quarantined.count > 0 && <Quarantined quarantined={quarantined} nowMs={nowMs} />}
      </ul>
    </Card>
  );
}
