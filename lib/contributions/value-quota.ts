import {
  divideDown,
  divideUp,
  micros,
  MICROS_PER_CREDIT,
  NANOS_PER_USD,
  type Decimal,
  type Micros,
  type Nanos,
} from "../money";
import type { Ratio } from "../pricing";

/** What a provider's reference request is sold for and what it costs, both exact. Units: credits, US dollars. */
export type ReferenceRequest = { price: Ratio; cost: Ratio };

/** What a quota is worth. Units: requests, microcredits. `grossMicros` is the fee and the net together. */
export type Valuation = { requests: bigint; grossMicros: Micros; feeMicros: Micros; netMicros: Micros };

/**
 * What a quota is worth: how many reference requests it pays for, what these are sold for, the fee, and the rest.
 *
 * USD 500 at a cost of 0.03 and a price of 5: 16,666 requests, 83,330 credits, a fee of 8,333 at 10%, 74,997 net.
 * Rounding: requests down; gross down to a microcredit; fee up to a microcredit.
 */
export function valueQuota(quotaNanos: Nanos, { price, cost }: ReferenceRequest, fee: Decimal): Valuation {
  const requests = divideDown(quotaNanos * cost.den, cost.num * NANOS_PER_USD);
  const grossMicros = micros(divideDown(requests * price.num * MICROS_PER_CREDIT, price.den));
  const feeMicros = micros(divideUp(grossMicros * fee.digits, 10n ** BigInt(fee.scale)));
  return { requests, grossMicros, feeMicros, netMicros: micros(grossMicros - feeMicros) };
}
