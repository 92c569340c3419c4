import type { Card } from "../../lib/catalog";
import { parseDecimal, type Decimal } from "../../lib/money";
import { derivePrice, ratioOf } from "../../lib/pricing";

const decimal = (text: string): Decimal => parseDecimal(text) ?? { digits: 0n, scale: 0 };

/** The terms of the catalogue: 40% on cost, at least 20%, at a nominal USD 0.01 a credit and even demand. */
const MARKUP = ratioOf(decimal("0.4"));
const FLOOR_MARKUP = ratioOf(decimal("0.2"));
const DEMAND = ratioOf(decimal("1"));
const USD_PER_CREDIT = decimal("0.01");
const CHARGE_UNIT = decimal("0.001");

/** The price card derived from a cost card, rate by rate; multiples, fields, steps and hours are the supplier's. Units: credits. */
export function priceCard({ source: _source, ...cost }: Card): Card {
  const priced = (amount: Decimal): Decimal =>
    derivePrice({ cost: ratioOf(amount), markup: MARKUP, demand: DEMAND, usdPerCredit: USD_PER_CREDIT, floorMarkup: FLOOR_MARKUP });
  const rates = cost.rates.map((rate) => ({ ...rate, amount: priced(rate.amount) }));
  return { ...cost, rates, chargeUnit: CHARGE_UNIT };
}
