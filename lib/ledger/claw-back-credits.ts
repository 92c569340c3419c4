import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import { postClawBack, type Posting } from "./post.store";

/**
 * Take back what a contribution was granted and never vested: from unvested, vested, then any source, then as debt.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function clawBackCredits(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { amountMicros: Micros },
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  assert(input.amountMicros > 0n, "a claw-back is above zero");
  return postClawBack(tx, ctx, { ...input, kind: "clawback" }, input.amountMicros);
}
