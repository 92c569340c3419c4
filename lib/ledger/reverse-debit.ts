import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import { postReversal, type Posting } from "./post.store";

export type ReverseInput = Posting & {
  /** The transfer of the debit that is turned round. */
  debit: Uuid;
  /** The purchased lot into which comes what was owed and has been paid meanwhile. */
  lot: bigint;
};

/**
 * Give back what a debit took, once per (scope, key): each source and lot gets what came from it.
 *
 * What the debit made the wallet owe is owed no more; as far as that was paid meanwhile it comes back as purchased
 * credits: into the lot, and what finds no room there into a new lot that nothing was paid for.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export const reverseDebit = (
  tx: Tx,
  ctx: Ctx,
  input: ReverseInput,
): Promise<{ transfer: Uuid; restoredMicros: Micros; forgivenMicros: Micros }> => postReversal(tx, ctx, input, input);
