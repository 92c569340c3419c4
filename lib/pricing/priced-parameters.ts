import type { Card } from "../catalog";
import { tableFields } from "./rate-table";

/** The request fields that a card has prices for, by name. */
export function pricedParameters(card: Card): string[] {
  return [...new Set([...card.fields.map(({ name }) => name), ...(card.table ? tableFields(card.table) : [])])];
}
