import type { Tx } from "../db";
import {
  type FailedRefund,
  findFailedRefunds,
  findFrozen,
  findLowPools,
  findQuarantined,
  type Found,
  type FrozenOrder,
  type LowPool,
  type QuarantinedOrder,
} from "./alarms.store";

/** What an operator has to look at, as far as it is recorded. */
export type Alarms = {
  lowPools: LowPool[];
  quarantined: Found<QuarantinedOrder>;
  frozen: Found<FrozenOrder>;
  failedRefunds: Found<FailedRefund>;
};

const ORDERS_SHOWN = 10;

/**
 * Providers that run out of keys, orders in quarantine, orders of which more went back than was paid, and refunds that
 * failed: all of them counted, the latest ten listed.
 */
export async function readAlarms(reader: Tx, nowMs: number): Promise<Alarms> {
  const [lowPools, quarantined, frozen, failedRefunds] = await Promise.all([
    findLowPools(reader, nowMs),
    findQuarantined(reader, ORDERS_SHOWN),
    findFrozen(reader, ORDERS_SHOWN),
    findFailedRefunds(reader, nowMs, ORDERS_SHOWN),
  ]);
  return { lowPools, quarantined, frozen, failedRefunds };
}
