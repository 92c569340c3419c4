import type { Tx } from "../db";
import { findLowPools, findQuarantined, type LowPool, type QuarantinedOrder } from "./alarms.store";

/** What an operator has to look at, as far as it is recorded. */
export type Alarms = { lowPools: LowPool[]; quarantined: { count: number; latest: QuarantinedOrder[] } };

const ORDERS_SHOWN = 10;

/** Providers that run out of keys, and orders in quarantine: all of them counted, the latest ten told. */
export async function readAlarms(reader: Tx, nowMs: number): Promise<Alarms> {
  const [lowPools, quarantined] = await Promise.all([
    findLowPools(reader, nowMs),
    findQuarantined(reader, ORDERS_SHOWN),
  ]);
  return { lowPools, quarantined };
}
