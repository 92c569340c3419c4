import { CircleCheck, TriangleAlert } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { RelativeTime } from "@/app/_components/ui/relative-time";
import { useProviderName } from "@/app/_components/model-view";
import type { modelsWithOldCosts } from "@/lib/catalog";
import type { Alerts } from "@/lib/insight";
import { toPublicId, type Uuid } from "@/lib/ids";
import type { LedgerCheck } from "@/lib/verification";
import { nanos, type Nanos } from "@/lib/money";
import type { SolvencyLine } from "@/lib/payments";
import type { readFailingJobs } from "@/lib/queue/outbox";
import { RetryJob } from "./retry-job";
import { Usd } from "./usd";

type OldCost = ReturnType<typeof modelsWithOldCosts>[number];
const MODELS_NAMED = 3;

type FailingJobs = Awaited<ReturnType<typeof readFailingJobs>>;

function Alert({ children }: { children: ReactNode }) {
  return (
    <li className="flex items-start gap-2.5">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning" />
      <div className="min-w-0 flex-1">{children}</div>
    </li>
  );
}

function AllClear({ children }: { children: ReactNode }) {
  return (
    <li className="flex items-start gap-2.5 text-ink-2">
      <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
      <div className="min-w-0 flex-1">{children}</div>
    </li>
  );
}

/** What an alert is about, a row each. */
function Details({ children }: { children: ReactNode }) {
  return (
    <ul className="mt-2 flex flex-col divide-y divide-line rounded-md border border-line text-[13px]">{children}</ul>
  );
}

/** A check that is older than this didn't come when it should: it is made every hour. */
const LATE_MS = 2 * 3_600_000;

/** What the hourly check of the ledger found, or that there was none. */
function Ledger({ check, nowMs }: { check: LedgerCheck | null; nowMs: number }) {
  const t = useTranslations("Admin.alerts.ledger");
  if (check === null) return <Alert>{t("never")}</Alert>;
  const { checkedMs, invariants, broken } = check;
  const time = () => <RelativeTime atMs={checkedMs} nowMs={nowMs} />;
  if (broken.length === 0) {
    return nowMs - checkedMs > LATE_MS ? (
      <Alert>{t.rich("late", { time })}</Alert>
    ) : (
      <AllClear>{t.rich("sound", { invariants, time })}</AllClear>
    );
  }
  return (
    <Alert>
      {t.rich("broken", { count: broken.length, invariants, time })}
      <Details>
        {broken.map(({ invariant, states, rows, first }) => (
          <li key={invariant} className="px-3 py-2">
            <p>{states}</p>
            <p className="mt-0.5 break-words text-ink-3">
              {t("found", { rows })} <span className="font-mono text-xs">{first}</span>
            </p>
          </li>
        ))}
      </Details>
    </Alert>
  );
}

function LowPools({ lowPools }: Pick<Alerts, "lowPools">) {
  const t = useTranslations("Admin.alerts");
  const providerName = useProviderName();
  const list = new Intl.ListFormat(useLocale());
  const without = lowPools.filter(({ leftNanos }) => leftNanos === null);
  return (
    <>
      {without.length > 0 && (
        <Alert>{t("noKey", { providers: list.format(without.map(({ provider }) => providerName(provider))) })}</Alert>
      )}
      {lowPools.map(
        ({ provider, leftNanos, dayCostNanos }) =>
          leftNanos !== null && (
            <Alert key={provider}>
              {t.rich("lowQuota", {
                provider: providerName(provider),
                left: () => <Usd amount={leftNanos} />,
                spent: () => <Usd amount={dayCostNanos} />,
              })}
            </Alert>
          ),
      )}
    </>
  );
}

/** An order that an alert is about: its amount, what is wrong with it, and since when. */
type OrderRow = { id: Uuid; usdNanos: Nanos; problem: ReactNode; atMs: number };

/** An alert about orders: what it says of all of them, and the latest, a row each. */
function Orders({ count, says, rows, nowMs }: { count: number; says: string; rows: OrderRow[]; nowMs: number }) {
  const t = useTranslations("Admin.alerts");
  if (count === 0) return null;
  return (
    <Alert>
      {says}
      <Details>
        {rows.map(({ id, usdNanos, problem, atMs }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3 py-2">
            <span className="font-mono text-xs break-all">{toPublicId("purchase", id)}</span>
            <Usd amount={usdNanos} />
            <span className="text-ink-2">{problem}</span>
            <span className="text-ink-3 sm:ml-auto">
              <RelativeTime atMs={atMs} nowMs={nowMs} />
            </span>
          </li>
        ))}
      </Details>
      {count > rows.length && (
        <p className="mt-1.5 text-[13px] text-ink-3">{t("more", { count: count - rows.length })}</p>
      )}
    </Alert>
  );
}

function Payments({ alerts, nowMs }: { alerts: Alerts; nowMs: number }) {
  const t = useTranslations("Admin.alerts");
  const { quarantined, frozen, failedRefunds } = alerts;
  const amount = (nanos: Nanos) => () => <Usd amount={nanos} />;
  return (
    <>
      <Orders
        count={quarantined.count}
        says={t("quarantined", { count: quarantined.count })}
        rows={quarantined.latest.map(({ paidMs, ...order }) => ({ ...order, atMs: paidMs }))}
        nowMs={nowMs}
      />
      <Orders
        count={frozen.count}
        says={t("frozen", { count: frozen.count })}
        rows={frozen.latest.map(({ id, paidNanos, refundedNanos, disputedNanos, paidMs }) => ({
          id,
          usdNanos: paidNanos,
          problem: t.rich("frozenBy", { refunded: amount(refundedNanos), disputed: amount(disputedNanos) }),
          atMs: paidMs,
        }))}
        nowMs={nowMs}
      />
      <Orders
        count={failedRefunds.count}
        says={t("failedRefunds", { count: failedRefunds.count })}
        rows={failedRefunds.latest.map(({ purchaseId, usdNanos, problem, failedMs }) => ({
          id: purchaseId,
          usdNanos,
          problem,
          atMs: failedMs,
        }))}
        nowMs={nowMs}
      />
    </>
  );
}

/** Background work that keeps failing: paid orders that aren't credited, refunds that aren't sent. */
function FailingJobs({ jobs: { count, latest }, nowMs }: { jobs: FailingJobs; nowMs: number }) {
  const t = useTranslations("Admin.alerts");
  if (count === 0) return null;
  return (
    <Alert>
      {t("jobs.failing", { count })}
      <Details>
        {latest.map(({ id, topic, failures, lastError, failedMs }) => (
          <li key={String(id)} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2">
            <span className="font-mono text-xs break-all">{`${topic} ${id}`}</span>
            <span className="min-w-0 flex-1 basis-60 break-words text-ink-2">{lastError}</span>
            <span className="text-ink-3">
              {t.rich("jobs.times", { failures, time: () => <RelativeTime atMs={failedMs} nowMs={nowMs} /> })}
            </span>
            <RetryJob id={String(id)} />
          </li>
        ))}
      </Details>
      {count > latest.length && (
        <p className="mt-1.5 text-[13px] text-ink-3">{t("more", { count: count - latest.length })}</p>
      )}
    </Alert>
  );
}

/** Costs that follow a price list which nobody has looked at for long. */
function OldCosts({ models, nowMs }: { models: OldCost[]; nowMs: number }) {
  const t = useTranslations("Admin.alerts");
  const list = new Intl.ListFormat(useLocale());
  const [oldest] = models;
  if (!oldest) return null;
  const shown = models.slice(0, MODELS_NAMED).map(({ id }) => id);
  const names = list.format(
    models.length > shown.length ? [...shown, t("more", { count: models.length - shown.length })] : shown,
  );
  return (
    <Alert>
      {t.rich("oldCosts", {
        count: models.length,
        models: names,
        time: () => <RelativeTime atMs={oldest.checkedMs} nowMs={nowMs} />,
      })}
    </Alert>
  );
}

/** Packs and bonus steps that the settings let lose money. */
function Insolvent({ lines }: { lines: readonly SolvencyLine[] }) {
  const t = useTranslations("Admin.alerts");
  return lines.map(({ pack, usdNanos, marginNanos }) => {
    const amounts = { price: () => <Usd amount={usdNanos} />, loss: () => <Usd amount={nanos(0n - marginNanos)} /> };
    return (
      <Alert key={pack ?? `from ${usdNanos}`}>
        {pack === null ? t.rich("insolventStep", amounts) : t.rich("insolventPack", { pack, ...amounts })}
      </Alert>
    );
  });
}

type AlertsCardProps = {
  alerts: Alerts;
  jobs: FailingJobs;
  oldCosts: OldCost[];
  insolvent: readonly SolvencyLine[];
  check: LedgerCheck | null;
  nowMs: number;
};

/** What an operator has to look at now, whatever the range of the page. */
export function AlertsCard({ alerts, jobs, oldCosts, insolvent, check, nowMs }: AlertsCardProps) {
  const t = useTranslations("Admin.alerts");
  const { lowPools, quarantined, frozen, failedRefunds } = alerts;
  const counts = [quarantined, frozen, failedRefunds, jobs].map(({ count }) => count);
  const found = counts.reduce((sum, count) => sum + count, lowPools.length + insolvent.length + oldCosts.length);
  return (
    <Card data-testid="alerts">
      <CardHeader title={t("title")} note={t("note")} />
      <ul className="flex flex-col gap-2.5 px-5 pb-5">
        <Ledger check={check} nowMs={nowMs} />
        {found === 0 && <AllClear>{t("none")}</AllClear>}
        <FailingJobs jobs={jobs} nowMs={nowMs} />
        <LowPools lowPools={lowPools} />
        <Insolvent lines={insolvent} />
        <OldCosts models={oldCosts} nowMs={nowMs} />
        <Payments alerts={alerts} nowMs={nowMs} />
      </ul>
    </Card>
  );
}
