import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, type Uuid } from "../ids";
import { readSettings } from "../settings";
import { insertPurchase } from "./purchase.store";
import { type OrderQuote, quoteOrder } from "./quote-order";
import type { CheckoutInput } from "./schemas";

/** An order that was taken down, before anything is paid. */
export type NewPurchase = { id: Uuid; quote: OrderQuote };

/**
 * Take down an order at today's prices, which it keeps.
 *
 * Errors: `ScripError` validation_failed for a pack that isn't sold, or an amount that can't be paid.
 */
export async function createPurchase(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; order: CheckoutInput },
): Promise<NewPurchase> {
  const settings = await readSettings(tx);
  const quote = quoteOrder(settings, input.order);
  const { pack, usdNanos, baseMicros, creditsMicros } = quote;
  const id = newUuid(ctx.nowMs);
  await insertPurchase(tx, {
    id,
    userId: input.userId,
    pack,
    usdNanos,
    baseMicros,
    creditsMicros,
    usdPerCredit: settings.usd_per_credit,
    createdMs: ctx.nowMs,
  });
  return { id, quote };
}
