import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Credits } from "@/app/_components/credits";
import { Card, CardHeader } from "@/app/_components/ui/card";
import { useProviderName } from "@/app/_components/use-provider-name";
import { type Flows, type Pnl, type Rates, worthOf } from "@/lib/insight";
import type { Outstanding } from "@/lib/ledger";
import { type Micros, micros, nanos, ZERO_NANOS } from "@/lib/money";
import { Margin } from "./margin";
import { Usd } from "./usd";

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

function useSourceLines(): (bySource: BySource) => Line[] {
  const t = useTranslations("Overview.balance");
  return (bySource) =>
    SOURCES.map((source) => ({
      name: t(source),
      value: <Credits amount={bySource[source]} hasUnit={false} />,
      isPart: true,
    }));
}

// What is reserved is still its owner's.
const allOf = ({ availableMicros, heldMicros }: Outstanding): Micros => micros(availableMicros + heldMicros);

type CreditsLayerProps = { pnl: Pnl; outstanding: Outstanding; issued: Flows["issued"] };

/** What users see of the economy: credits, and nothing else. */
export function CreditsLayer({ pnl, outstanding, issued }: CreditsLayerProps) {
  const t = useTranslations("Admin.credits");
  const sourceLines = useSourceLines();
  return (
    <Card data-testid="credits-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <p className="px-5 text-[28px] font-semibold tracking-[-0.03em]">
        <Credits amount={pnl.creditsMicros} isExact />
      </p>
      <p className="px-5 pb-3 text-[13px] text-ink-3">{t("spent")}</p>
      <Lines
        lines={[{ name: t("issued"), value: <Credits amount={sumOf(issued)} />, isSum: true }, ...sourceLines(issued)]}
      />
      <Lines
        lines={[
          { name: t("available"), value: <Credits amount={outstanding.availableMicros} hasUnit={false} /> },
          { name: t("held"), value: <Credits amount={outstanding.heldMicros} hasUnit={false} /> },
          {
            name: t("outstanding"),
            value: <Credits amount={allOf(outstanding)} />,
            isSum: true,
          },
          ...sourceLines(outstanding.bySource),
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
          { name: t("fees"), value: <span className="text-ink-3">{t("notRecorded")}</span> },
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
  const { paidNanos, refundedNanos, disputedNanos } = cash;
  return (
    <Card data-testid="cash-layer">
      <CardHeader title={t("title")} note={t("note")} />
      <Lines
        lines={[
          { name: t("paid"), value: <Usd amount={paidNanos} /> },
          { name: t("refunded"), value: <Usd amount={nanos(ZERO_NANOS - refundedNanos)} /> },
          { name: t("disputed"), value: <Usd amount={nanos(ZERO_NANOS - disputedNanos)} /> },
          { name: t("net"), value: <Usd amount={nanos(paidNanos - refundedNanos - disputedNanos)} />, isSum: true },
          { name: t("liability"), value: <Usd amount={worthOf(allOf(outstanding), usdPerCredit)} />, isPart: true },
        ]}
      />
    </Card>
  );
}
