import type { Database } from "../db";
import { divideDown, nanos } from "../money";
import { findWithoutFee, setFee } from "./purchase.store";
import type { StripeApi } from "./stripe-api";
import { IntentFact } from "./stripe-facts";

/** Stripe tells a fee soon after the payment, or never. */
const LOOKED_FOR_MS = 3 * 86_400_000;

/**
 * Ask Stripe what it kept of the payments whose fee isn't known yet, of the last three days. Returns how many it told.
 *
 * The fee is told in the currency that Stripe pays out in, together with the payment: their ratio holds in dollars, too.
 * Rounding: down to a nanodollar. Errors: those of Stripe's SDK; what is left then is asked for the next time.
 */
export async function recordFees(database: Database, stripe: StripeApi, nowMs: number): Promise<number> {
  let told = 0;
  for (const purchase of await findWithoutFee(database.reader, nowMs - LOOKED_FOR_MS)) {
    const intent = await stripe.findIntent(purchase.paymentIntent);
    const kept = intent === null ? null : IntentFact.parse(intent).kept;
    if (kept === null) continue;
    const feeNanos = nanos(divideDown(purchase.paidNanos * kept.fee, kept.amount));
    await database.inTransaction((tx) => setFee(tx, purchase.id, feeNanos));
    told += 1;
  }
  return told;
}
