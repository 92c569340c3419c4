import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Uuid } from "../ids";
import type { UsageRecord } from "./usage-record";
import { readUsageRecord } from "./usage.store";

/** One usage record of a wallet. Errors: `not_found` where it doesn't exist or is another's. */
export async function getUsage(reader: Tx, input: { wallet: bigint; id: Uuid }): Promise<UsageRecord> {
  const record = await readUsageRecord(reader, input.wallet, input.id);
  if (!record)
    throw new ScripError("not_found", "There is no such usage record. One appears when its request has ended.");
  return record;
}
