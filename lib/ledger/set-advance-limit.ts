import type { Tx } from "../db";
import { assert } from "../errors";
import type { Micros } from "../money";
import { writeAdvanceLimit } from "./post.store";

/** Say how many unvested credits a wallet may spend in advance. What it has spent already stays spent. */
export async function setAdvanceLimit(tx: Tx, wallet: bigint, limitMicros: Micros): Promise<void> {
  assert(limitMicros >= 0n, "an advance limit isn't negative");
  await writeAdvanceLimit(tx, wallet, limitMicros);
}
