import { assert } from "../errors";
import type { Tx } from "./tx";
import { queries } from "./models";

/** An idempotency key within its scope, and the hash of what was asked under it. */
export type Operation = { scope: string; key: string; requestHash: Uint8Array<ArrayBuffer> };

/** Whether an operation is to be done now, was done with this outcome, or asks something else under a used key. */
export type OperationClaim = { outcome: "new" } | { outcome: "done"; reply: unknown } | { outcome: "other_request" };

/**
 * Claim an operation for this transaction.
 *
 * A second claim waits until the transaction of the first has ended: it then either replays the first's reply, or is new
 * where the first rolled back.
 */
export async function claimOperation(tx: Tx, { scope, key, requestHash }: Operation): Promise<OperationClaim> {
  const rows = await queries(tx).$queryRaw<{ request_hash: Uint8Array; outcome: string | null }[]>`
    select request_hash, outcome from books.claim_operation(${scope}, ${key}, ${requestHash})`;
  const first = rows[0];
  if (!first) return { outcome: "new" };
  if (Buffer.compare(first.request_hash, requestHash) !== 0) return { outcome: "other_request" };
  assert(first.outcome !== null, "a committed operation has an outcome");
  return { outcome: "done", reply: JSON.parse(first.outcome) as unknown };
}

/** Whether an operation was done: what is learned for it need not be learned again. One that is under way isn't. */
export async function isOperationDone(reader: Tx, { scope, key }: Pick<Operation, "scope" | "key">): Promise<boolean> {
  const rows = await queries(reader).$queryRaw<unknown[]>`
    select from books.op where scope = ${scope} and key = ${key} and outcome is not null`;
  return rows.length > 0;
}

/** Record the reply of an operation that this transaction claimed. The reply is kept as it is, for good. */
export async function finishOperation(tx: Tx, { scope, key }: Operation, reply: unknown): Promise<void> {
  await queries(tx).$queryRaw`select books.finish_operation(${scope}, ${key}, ${JSON.stringify(reply)})::text`;
}
