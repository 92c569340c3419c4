import type { Card, Meter } from "../catalog";
import { rateTable } from "./rate-table";
import type { RequestFacts } from "./usage";

/**
 * Whether a card has a price for a request at all, zero included: a row of its table, or a rate for one of the meters
 * that such a request is counted in. Without one it would be rated at nothing.
 */
export function hasPrice(card: Card, facts: RequestFacts, meters: readonly Meter[]): boolean {
  if (card.table && rateTable(card.table, facts).outcome === "rated") return true;
  return card.rates.some(({ meter }) => meters.includes(meter));
}

/** Whether no request is charged anything by this card, whatever it uses. */
export function isFree({ rates, table }: Card): boolean {
  const amounts = [...rates, ...(table?.rows ?? [])].map(({ amount }) => amount.digits);
  return amounts.length > 0 && amounts.every((digits) => digits === 0n);
}
