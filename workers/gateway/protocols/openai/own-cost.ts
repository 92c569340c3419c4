import { divideUp, type Nanos, nanos, NANOS_PER_USD, parseDecimal } from "../../../../lib/money";
import type { Endpoint } from "../../../../lib/providers";
import { inside, type Json } from "./json";

/** No reply costs more. */
const COST_USD_MAX = 1_000;
const TICKS_PER_NANO = 10n;

/** Dollars of a report as nanodollars. Rounding: up. A double is written out with more places than it is read with. */
function toNanos(dollars: unknown): Nanos | null {
  if (typeof dollars !== "number" || !(dollars >= 0 && dollars <= COST_USD_MAX)) return null;
  const parsed = parseDecimal(dollars.toFixed(12));
  return parsed && nanos(divideUp(parsed.digits * NANOS_PER_USD, 10n ** BigInt(parsed.scale)));
}

/** What a supplier says it bills; null where it says nothing. Rounding: up. */
export function costIn(raw: Json, ownCost: Endpoint["ownCost"]): Nanos | null {
  if (ownCost === null) return null;
  const value = raw[ownCost];
  if (ownCost === "cost_in_usd_ticks") {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? nanos(divideUp(BigInt(value), TICKS_PER_NANO))
      : null;
  }
  // With a key of one's own at a router, the bill is the one behind it.
  const behind = toNanos(inside(raw["cost_details"])["upstream_inference_cost"]);
  const cost = toNanos(value);
  return cost === 0n && behind !== null ? behind : cost;
}

/** Members of a report that are the supplier's accounts, not its caller's. */
const COSTS = ["cost", "cost_details", "cost_in_usd_ticks", "estimated_cost", "total_cost", "is_byok", "credits"];

/** The changes that put a charge's credits in the place of the supplier's own figures. */
export const creditsIn = (credits: string): Map<string, string | null> =>
  new Map<string, string | null>([...COSTS.map((name) => [name, null] as const), ["credits", credits]]);
