import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import { postContribution, type Posting } from "./post.store";

/**
 * Grant what a contribution is worth, once per (scope, key): its owner's part as unvested credits, and the platform's fee
 * as a line of its own in the same transfer. A debt of the wallet is paid from what may be spent in advance.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function grantContribution(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { netMicros: Micros; feeMicros: Micros },
): Promise<{ transfer: Uuid }> {
  assert(input.netMicros > 0n && input.feeMicros >= 0n, "a grant is above zero, its fee isn't below");
  return postContribution(tx, ctx, { ...input, kind: "grant" }, input);
}
