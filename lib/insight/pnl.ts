import { type Decimal, divideDown, micros, type Micros, nanos, type Nanos, ZERO_NANOS } from "../money";

/** What requests of one group, provider and model came to. Units: microcredits, nanodollars. */
export type UsageTotals = {
  group: string;
  provider: string;
  model: string;
  chargeMicros: Micros;
  /** Burned from promo and referral credits. */
  grantedMicros: Micros;
  costNanos: Nanos;
  /** The part of the cost that was on the platform's own keys. */
  platformCostNanos: Nanos;
  /** What had been paid for the credits that were burned. */
  realisedNanos: Nanos;
  /** What Stripe had kept of that. */
  feesNanos: Nanos;
  /** Of what vested for contributors: what the burned credits had been paid for in cash. */
  backedMicros: Micros;
};

/** What a credit is worth to whom. Units: dollars a credit, nanodollars. */
export type Rates = {
  /** A credit's nominal value. */
  usdPerCredit: Decimal;
  /** What a contributor is paid for 100 credits. */
  payoutPer100: Nanos;
};

/** Both layers of some requests. Units: microcredits, nanodollars. */
export type PnlFigures = {
  creditsMicros: Micros;
  /** The credits at their nominal value. */
  revenueNanos: Nanos;
  /** What each provider cost, the dearest first. */
  costByProvider: ReadonlyMap<string, Nanos>;
  costNanos: Nanos;
  profitNanos: Nanos;
  /** Profit over revenue; null where there was none. */
  margin: Decimal | null;
  /** Credits burned that were given away, at their nominal value. */
  grantedNanos: Nanos;
  realisedNanos: Nanos;
  /** What contributors may withdraw for it. */
  contributorNanos: Nanos;
  platformCostNanos: Nanos;
  /** What Stripe had kept of what was paid for the credits, as far as it is known. */
  feesNanos: Nanos;
  economicProfitNanos: Nanos;
};

/** Something that an operator might do. `code` never changes its meaning. */
export type Advice = { code: "adjust_prices" | "optimise_routing"; models: string[] };

export type Pnl = PnlFigures & { advice: Advice[]; groups: { group: string; figures: PnlFigures }[] };

const MARGIN_SCALE = 4;

/** `payoutPer100` is in nanodollars, and for a hundred credits. */
const PAYOUT_SCALE = 11;

/** What credits are worth at so many dollars each. Units: microcredits, nanodollars. Rounding: down. */
export const worthOf = (amount: bigint, usdPerCredit: Decimal): Nanos =>
  nanos(divideDown(amount * usdPerCredit.digits * 1_000n, 10n ** BigInt(usdPerCredit.scale)));

const sum = (totals: readonly UsageTotals[], pick: (one: UsageTotals) => bigint): bigint =>
  totals.reduce((all, one) => all + pick(one), 0n);

function costsOf(totals: readonly UsageTotals[]): ReadonlyMap<string, Nanos> {
  const costs = new Map<string, Nanos>();
  for (const { provider, costNanos } of totals) {
    costs.set(provider, nanos((costs.get(provider) ?? ZERO_NANOS) + costNanos));
  }
  return new Map([...costs].toSorted(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0)));
}

function figuresOf(totals: readonly UsageTotals[], { usdPerCredit, payoutPer100 }: Rates): PnlFigures {
  const creditsMicros = micros(sum(totals, (one) => one.chargeMicros));
  const revenueNanos = worthOf(creditsMicros, usdPerCredit);
  const costNanos = nanos(sum(totals, (one) => one.costNanos));
  const profitNanos = nanos(revenueNanos - costNanos);
  const realisedNanos = nanos(sum(totals, (one) => one.realisedNanos));
  const platformCostNanos = nanos(sum(totals, (one) => one.platformCostNanos));
  const feesNanos = nanos(sum(totals, (one) => one.feesNanos));
  const backed = sum(totals, (one) => one.backedMicros);
  const contributorNanos = worthOf(backed, { digits: payoutPer100, scale: PAYOUT_SCALE });
  const scale = 10n ** BigInt(MARGIN_SCALE);
  return {
    creditsMicros,
    revenueNanos,
    costByProvider: costsOf(totals),
    costNanos,
    profitNanos,
    margin: revenueNanos === 0n ? null : { digits: divideDown(profitNanos * scale, revenueNanos), scale: MARGIN_SCALE },
    grantedNanos: worthOf(
      sum(totals, (one) => one.grantedMicros),
      usdPerCredit,
    ),
    realisedNanos,
    contributorNanos,
    platformCostNanos,
    feesNanos,
    economicProfitNanos: nanos(realisedNanos - platformCostNanos - contributorNanos - feesNanos),
  };
}

function by(totals: readonly UsageTotals[], key: (one: UsageTotals) => string): Map<string, UsageTotals[]> {
  const groups = new Map<string, UsageTotals[]>();
  for (const one of totals) {
    const group = groups.get(key(one));
    if (group) group.push(one);
    else groups.set(key(one), [one]);
  }
  return groups;
}

/** Models that cost more than they bring in, the worst first. */
function losersOf(totals: readonly UsageTotals[], rates: Rates): string[] {
  return [...by(totals, ({ model }) => model)]
    .map(([model, ofModel]) => ({ model, profit: figuresOf(ofModel, rates).profitNanos }))
    .filter(({ profit }) => profit < 0n)
    .toSorted((a, b) => (a.profit < b.profit ? -1 : a.profit > b.profit ? 1 : 0))
    .map(({ model }) => model);
}

/**
 * Both layers of what requests came to: all of them, and each group. Where models lose, the advice names them.
 *
 * 150,000 credits at USD 0.01 and costs of 1,234 + 567 + 89: a profit of −390, a margin of −0.26.
 * Rounding: amounts and the margin down, the margin to four places.
 */
export function computePnl(totals: readonly UsageTotals[], rates: Rates, isGrouped: boolean): Pnl {
  const models = losersOf(totals, rates);
  const groups = isGrouped ? [...by(totals, ({ group }) => group)] : [];
  return {
    ...figuresOf(totals, rates),
    advice:
      models.length === 0
        ? []
        : [
            { code: "adjust_prices", models },
            { code: "optimise_routing", models },
          ],
    groups: groups.map(([group, ofGroup]) => ({ group, figures: figuresOf(ofGroup, rates) })),
  };
}
