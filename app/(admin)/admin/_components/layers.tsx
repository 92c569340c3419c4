import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/money";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { useProviderName } from "@/app/_components/model-view";
import { type Flows, type Pnl, type Rates, worthOf } from "@/lib/insight";
import type { Outstanding } from "@/lib/ledger";
import { type Micros, micros, nanos, ZERO_NANOS } from "@/lib/money";
import { Margin, Usd } from "./usd";

type Line = { name: string; value: ReactNode; isSum?: boolean; isPart?: boolean };

function Lines({ lines }: { lines: Line[] }) {
  return (
    <dl className="px-5 pb-4">
      {lines.map(({ name, value, isSum, isPart }) => (
        <div
          key={name}
          className={`flex justify-between gap-4 py-1.5 ${isSum ? "border-t border-line font-semibold" : ""} ${isPart ? "pl-4 text-[13px] text-ink-2" : ""}`}
        >
          <dt>{name}</dt>
          <dd className="text-right tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const SOURCES = ["purchased", "earned", "promo", "referral"] as const;

type BySource = Readonly<Record<(typeof SOURCES)[number], Micros>>;

const sumOf = (bySource: BySource): Micros => micros(SOURCES.reduce((sum, source) => sum + bySource[source], 0n));

/** Where credits came from: those that were new in the range, and those that are out now. */
function SourceTable({ issued, outstanding }: { issued: BySource; outstanding: BySource }) {
  const t = useTranslations("Admin.credits");
  const sources = useTranslations("Overview.balance");
  const head = "pb-1.5 text-right text-xs font-medium text-ink-3";
  const cell = "py-1.5 text-right tabular-nums";
  return (
    <table className="w-full">
      <thead>
        <tr>
          <th scope="col" className="sr-only">
            {t("source")}
          </th>
          <th scope="col" className={head}>
            {t("issued")}
          </th>
          <th scope="col" className={head}>
            {t("outstanding")}
          </th>
        </tr>
      </thead>
      <tbody>
        {SOURCES.map((source) => (
          <tr key={source}>
            <th scope="row" className="text-left font-normal">
              {sources(source)}
            </th>
            <td className={cell}>
              <Credits amount={issued[source]} hasUnit={false} />
            </td>
            <td className={cell}>
              <Credits amount={outstanding[source]} hasUnit={false} />
            </td>
          </tr>
        ))}
        <tr className="border-t border-line font-semibold">
          <th scope="row" className="text-left font-semibold">
            {t("total")}
          </th>
          <td className={cell}>
            <Credits amount={sumOf(issued)} hasUnit={false} />
          </td>
          <td className={cell}>
            <Credits amount={sumOf(outstanding)} hasUnit={false} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

type CreditsLayerProps = { pnl: Pnl; outstanding: Outstanding; issued: Flows["issued"] };

/** What users see of the economy: credits, and nothing else. */
export function CreditsLayer({ pnl, outstanding, issued }: CreditsLayerProps) {
  const t = useTranslations("Admin.credits");
  return (
    <Card data-testid="credits-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <p className="px-5 text-[28px] font-semibold tracking-[-0.03em]">
        <Credits amount={pnl.creditsMicros} isExact />
      </p>
      <p className="px-5 pb-3 text-[13px] text-ink-3">{t("spent")}</p>
      <div className="px-5">
        <SourceTable issued={issued} outstanding={outstanding.bySource} />
      </div>
      <Lines
        lines={[
          {
            name: t("available"),
            value: <Credits amount={outstanding.availableMicros} hasUnit={false} />,
            isPart: true,
          },
          { name: t("held"), value: <Credits amount={outstanding.heldMicros} hasUnit={false} />, isPart: true },
          { name: t("debt"), value: <Credits amount={outstanding.debtMicros} hasUnit={false} /> },
        ]}
      />
    </Card>
  );
}

/** What the economy costs and brings in: dollars. */
export function SystemLayer({ pnl }: { pnl: Pnl }) {
  const t = useTranslations("Admin.system");
  const providerName = useProviderName();
  return (
    <Card data-testid="system-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <p className="px-5 text-[28px] font-semibold tracking-[-0.03em]" data-testid="profit">
        <Usd amount={pnl.profitNanos} />
      </p>
      <p className="px-5 pb-3 text-[13px] text-ink-3">
        {t.rich("profit", { margin: () => <Margin margin={pnl.margin} /> })}
      </p>
      <Lines
        lines={[
          { name: t("revenue"), value: <Usd amount={pnl.revenueNanos} /> },
          { name: t("cost"), value: <Usd amount={pnl.costNanos} /> },
          ...[...pnl.costByProvider].map(([provider, cost]) => ({
            name: providerName(provider),
            value: <Usd amount={cost} />,
            isPart: true,
          })),
          { name: t("profitLine"), value: <Usd amount={pnl.profitNanos} />, isSum: true },
        ]}
      />
    </Card>
  );
}

/** The same by what was really paid: without credits that were given away, and with whom the cost falls on. */
export function EconomicLayer({ pnl }: { pnl: Pnl }) {
  const t = useTranslations("Admin.economic");
  return (
    <Card data-testid="economic-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <Lines
        lines={[
          { name: t("realised"), value: <Usd amount={pnl.realisedNanos} /> },
          { name: t("platformCost"), value: <Usd amount={pnl.platformCostNanos} /> },
          { name: t("contributors"), value: <Usd amount={pnl.contributorNanos} /> },
          { name: t("fees"), value: <Usd amount={pnl.feesNanos} /> },
          { name: t("profit"), value: <Usd amount={pnl.economicProfitNanos} />, isSum: true },
          { name: t("granted"), value: <Usd amount={pnl.grantedNanos} />, isPart: true },
        ]}
      />
    </Card>
  );
}

type CashLayerProps = { cash: Flows["cash"]; outstanding: Outstanding; usdPerCredit: Rates["usdPerCredit"] };

/** The money that orders moved, and what is owed for the credits that are out. */
export function CashLayer({ cash, outstanding, usdPerCredit }: CashLayerProps) {
  const t = useTranslations("Admin.cash");
  const { paidNanos, feesNanos, refundedNanos, disputedNanos } = cash;
  const netNanos = nanos(paidNanos - feesNanos - refundedNanos - disputedNanos);
  return (
    <Card data-testid="cash-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <Lines
        lines={[
          { name: t("paid"), value: <Usd amount={paidNanos} /> },
          { name: t("fees"), value: <Usd amount={nanos(ZERO_NANOS - feesNanos)} /> },
          { name: t("refunded"), value: <Usd amount={nanos(ZERO_NANOS - refundedNanos)} /> },
          { name: t("disputed"), value: <Usd amount={nanos(ZERO_NANOS - disputedNanos)} /> },
          { name: t("net"), value: <Usd amount={netNanos} />, isSum: true },
          { name: t("liability"), value: <Usd amount={worthOf(sumOf(outstanding.bySource), usdPerCredit)} /> },
        ]}
      />
    </Card>
  );
}
