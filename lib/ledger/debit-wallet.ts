import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import type { AccountName } from "./kinds";
import { postDebit, type Posting } from "./post.store";

/** The order in which credits are spent. */
export const BURN_ORDER = [
  "promo",
  "referral",
  "purchased",
  "vested",
  "unvested",
] as const satisfies readonly AccountName[];

export type DebitInput = Posting & {
  amountMicros: Micros;
  /** Sources to take from, first to last. */
  order?: readonly AccountName[];
  /** A lot to take from before all sources: a refund goes to its own purchase. */
  lot?: bigint | null;
  to: AccountName;
  /** Whether what isn't there is owed; held credits aren't there. */
  mayOwe: boolean;
};

/**
 * Take credits out of a wallet as far as they are free, once per (scope, key).
 *
 * What is missing is left or, with `mayOwe`, becomes the wallet's debt, which blocks spending until it is paid.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function debitWallet(
  tx: Tx,
  ctx: Ctx,
  input: DebitInput,
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  const { amountMicros, order = BURN_ORDER, lot = null, to, mayOwe } = input;
  assert(amountMicros > 0n, "a debit is above zero");
  return postDebit(tx, ctx, input, { amountMicros, order, lot, to, mayOwe });
}
