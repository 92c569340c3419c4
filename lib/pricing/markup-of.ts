import type { Decimal } from "../money";
import { add, divide, multiply, ratioOf, type Ratio } from "./ratio";

/** The markup that a price makes on a cost: 0.03 USD sold at 5 credits of USD 0.01 is 2/3. */
export function markupOf(priceCredits: Ratio, cost: Ratio, usdPerCredit: Decimal): Ratio {
  return add(divide(multiply(priceCredits, ratioOf(usdPerCredit)), cost), { num: -1n, den: 1n });
}
