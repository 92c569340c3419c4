import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { MICROS_PER_CREDIT, divideDown, type Micros, type Nanos } from "../money";
import type { AccountName } from "./kinds";
import { postCredit, type Posting } from "./post.store";

/** Where credits of a source come from, by the source: the platform account that gives them. */
const GIVERS = {
  promo: "promotions",
  referral: "referral_expense",
  purchased: "cash_issued",
  vested: "pool_inventory",
  unvested: "pool_inventory",
} as const satisfies Partial<Record<AccountName, AccountName>>;

export type CreditInput = Posting & {
  source: keyof typeof GIVERS;
  amountMicros: Micros;
  /** What was paid for all of it; only purchased credits have a price. */
  paidNanos?: Nanos;
  expiresMs?: number | null;
};

/**
 * Bring credits into a wallet, once per (scope, key); a debt of the wallet is paid from them at once.
 *
 * Promo and purchased credits become a lot, with its price and expiry.
 * Rounding: the lot's price per credit is rounded down to a nanodollar.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function creditWallet(
  tx: Tx,
  ctx: Ctx,
  input: CreditInput,
): Promise<{ transfer: Uuid; lot: bigint | null }> {
  const { source, amountMicros, paidNanos = 0n, expiresMs = null } = input;
  assert(amountMicros > 0n, "a credit is above zero");
  assert(paidNanos === 0n || source === "purchased", "only purchased credits have a price");
  return postCredit(tx, ctx, input, {
    source,
    amountMicros,
    from: GIVERS[source],
    usdNanosPerCredit: divideDown(paidNanos * MICROS_PER_CREDIT, amountMicros),
    expiresMs,
  });
}
