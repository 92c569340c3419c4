import { systemCtx } from "../ctx";
import type { Database } from "../db";
import { expireOrders } from "./purchase.store";
import { recordStripeEvent } from "./record-stripe-event";
import type { StripeApi } from "./stripe-api";
import { advanceCursor, readCursorMs } from "./stripe-event.store";

const HOUR_MS = 3_600_000;
/** Stripe keeps its events for thirty days. */
const FIRST_MS = 30 * 24 * HOUR_MS;
/** Events are listed by the time they were made at, which may be long before they can be seen. */
const OVERLAP_MS = 6 * HOUR_MS;
/** A session lives for a day. */
const ORDER_MS = 25 * HOUR_MS;

/**
 * List Stripe's events since the last time without a gap and act on those that never reached us; let orders go that
 * never got a session. Returns how many were missed and how many went.
 *
 * The mark moves on when the whole list was read: whatever cuts this off, the next time begins where the last one did.
 */
export async function recoverMissedEvents(
  database: Database,
  stripe: StripeApi,
  nowMs: number,
): Promise<{ missed: number; expired: number }> {
  const ctx = systemCtx("recover-missed-events", nowMs);
  const cursorMs = await readCursorMs(database.reader);
  const sinceMs = cursorMs === null ? nowMs - FIRST_MS : cursorMs - OVERLAP_MS;
  let missed = 0;
  for await (const event of stripe.listEvents(sinceMs)) {
    if (await database.inTransaction((tx) => recordStripeEvent(tx, ctx, event))) missed += 1;
  }
  const expired = await database.inTransaction(async (tx) => {
    await advanceCursor(tx, nowMs);
    return expireOrders(tx, nowMs - ORDER_MS);
  });
  return { missed, expired };
}
