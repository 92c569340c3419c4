import { type Decimal, divideHalfUp, divideUp } from "../money";
import { add, compare, divide, multiply, ONE, type Ratio, ratioOf } from "./ratio";

/** `cost` and `usdPerCredit` in US dollars, `markup` and `floorMarkup` as shares of the cost (0.4 is 40%). */
export type PriceInputs = { cost: Ratio; markup: Ratio; demand: Ratio; usdPerCredit: Decimal; floorMarkup: Ratio };

/** The decimal places that a derived price keeps: none from 1 credit up, else those of two significant digits. */
function placesOf(price: Ratio): number {
  let [scaled, places] = [price, 0];
  for (; scaled.num > 0n && compare(scaled, ONE) < 0; places++) scaled = { num: scaled.num * 10n, den: scaled.den };
  return places === 0 ? 0 : places + 1;
}

const rounded = (price: Ratio, places: number, divideBy: (dividend: bigint, divisor: bigint) => bigint): Decimal => ({
  digits: divideBy(price.num * 10n ** BigInt(places), price.den),
  scale: places,
});

/**
 * The price of a unit that costs so much: `cost × (1 + markup) × demand / USD per credit`, and never below
 * `cost × (1 + floor markup)`.
 *
 * Units: credits for the unit that the cost is of. Rounding: half up to a whole credit from 1 credit up, else to two
 * significant digits; a result below the floor is the floor, rounded up alike.
 */
export function derivePrice({ cost, markup, demand, usdPerCredit, floorMarkup }: PriceInputs): Decimal {
  const credits = divide(cost, ratioOf(usdPerCredit));
  const target = multiply(multiply(credits, add(ONE, markup)), demand);
  const floor = multiply(credits, add(ONE, floorMarkup));
  const price = rounded(target, placesOf(target), divideHalfUp);
  return compare(ratioOf(price), floor) >= 0 ? price : rounded(floor, placesOf(floor), divideUp);
}

/** The markup that a price makes on a cost: 0.03 USD sold at 5 credits of USD 0.01 is 2/3. */
export function markupOf(priceCredits: Ratio, cost: Ratio, usdPerCredit: Decimal): Ratio {
  return add(divide(multiply(priceCredits, ratioOf(usdPerCredit)), cost), { num: -1n, den: 1n });
}
