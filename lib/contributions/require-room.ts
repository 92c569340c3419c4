import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { Micros, Nanos } from "../money";
import { sumQuotaLeft, sumUnvested } from "./contribution.store";
import type { Policy } from "./find-policy";

/**
 * Stop what would take a provider's contributed quota, or an account's unvested credits, above what the operator allows.
 *
 * Units: nanodollars, microcredits. Errors: `pool_full`.
 */
export async function requireRoom(
  tx: Tx,
  { ceilingNanos, settings, adapter }: Policy,
  added: { userId: Uuid; quotaNanos: Nanos; netMicros: Micros },
): Promise<void> {
  if (ceilingNanos !== null && (await sumQuotaLeft(tx, adapter.id)) + added.quotaNanos > ceilingNanos) {
    throw new ScripError("pool_full", `The pool has enough quota of ${adapter.id} for now. Try again another day.`);
  }
  if ((await sumUnvested(tx, added.userId)) + added.netMicros > settings.max_unvested) {
    throw new ScripError(
      "pool_full",
      "You have as many credits waiting to vest as an account may have. Let some vest first.",
    );
  }
}
