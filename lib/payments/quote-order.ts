import { ScripError } from "../errors";
import { divideDown, formatUsd, micros, type Micros, nanos, type Nanos, NANOS_PER_CENT, type Decimal } from "../money";
import type { Settings } from "../settings";
import type { CheckoutInput } from "./schemas";

/** What an order costs and brings: base credits are what the dollars are worth, the bonus comes on top. */
export type OrderQuote = {
  pack: string | null;
  usdNanos: Nanos;
  baseMicros: Micros;
  bonusMicros: Micros;
  creditsMicros: Micros;
};

export const ORDER_USD_MIN = 5_000_000_000n as Nanos;
export const ORDER_USD_MAX = 10_000_000_000_000n as Nanos;

// A credit has 10^6 micros and a dollar 10^9 nanos.
const NANOS_PER_MICRO = 1_000n;

function unfit(path: string, message: string): ScripError {
  return new ScripError("validation_failed", `${path}: ${message}`, { errors: [{ path, message }] });
}

/** Credits that dollars are worth. Rounding: down to a microcredit. */
const worthOf = (usdNanos: Nanos, { digits, scale }: Decimal): Micros =>
  micros(divideDown(usdNanos * 10n ** BigInt(scale), digits * NANOS_PER_MICRO));

/** The bonus of the highest step that the amount reaches. Rounding: down to a microcredit. */
function bonusOf(usdNanos: Nanos, baseMicros: Micros, steps: Settings["bonus_steps"]): Micros {
  const reached = steps
    .filter(({ from_usd: from }) => from <= usdNanos)
    .reduce<Settings["bonus_steps"][number] | null>(
      (best, step) => (best && best.from_usd > step.from_usd ? best : step),
      null,
    );
  return micros(reached ? divideDown(baseMicros * reached.bonus.digits, 10n ** BigInt(reached.bonus.scale)) : 0n);
}

function quoteAmount(usdNanos: Nanos, settings: OrderSettings): OrderQuote {
  if (usdNanos < ORDER_USD_MIN || usdNanos > ORDER_USD_MAX) {
    throw unfit("usd", `must be from ${formatUsd(ORDER_USD_MIN)} to ${formatUsd(ORDER_USD_MAX)}`);
  }
  if (usdNanos % NANOS_PER_CENT !== 0n) throw unfit("usd", "must be whole cents");
  const baseMicros = worthOf(usdNanos, settings.usd_per_credit);
  const bonusMicros = bonusOf(usdNanos, baseMicros, settings.bonus_steps);
  return { pack: null, usdNanos, baseMicros, bonusMicros, creditsMicros: micros(baseMicros + bonusMicros) };
}

/** What of the settings decides an order. */
export type OrderSettings = Pick<Settings, "packs" | "bonus_steps" | "usd_per_credit">;

/**
 * What a pack, or credits for an amount of dollars, cost and bring.
 *
 * Units: nanodollars that are whole cents; microcredits. Rounding: credits down.
 * Errors: `ScripError` validation_failed for a pack that isn't sold, or an amount that can't be paid.
 */
export function quoteOrder(settings: OrderSettings, wish: CheckoutInput): OrderQuote {
  if ("usd" in wish) return quoteAmount(wish.usd, settings);
  const pack = settings.packs.find(({ id }) => id === wish.pack);
  if (!pack) throw unfit("pack", "is not sold: GET /packs lists what is");
  const bonusMicros = micros(pack.credits - pack.base_credits);
  return {
    pack: pack.id,
    usdNanos: nanos(pack.usd),
    baseMicros: pack.base_credits,
    bonusMicros,
    creditsMicros: pack.credits,
  };
}
