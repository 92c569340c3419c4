import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import { postVesting, type Posting } from "./post.store";

/**
 * Turn unvested credits into vested ones, once per (scope, key); what was spent in advance is covered first.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function vestCredits(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { amountMicros: Micros },
): Promise<{ transfer: Uuid; coveredMicros: Micros }> {
  assert(input.amountMicros > 0n, "a vesting is above zero");
  return postVesting(tx, ctx, { ...input, kind: "vest" }, input.amountMicros);
}
