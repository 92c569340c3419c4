import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import { endPoolKey, getPoolKey, type PoolKeyView } from "../pool";
import { findByPoolKey } from "./contribution.store";
import { killContribution } from "./kill-contribution";

/** A key that was ended, and the contribution that ended with it, if one did. Units: microcredits. */
type EndedKey = { key: PoolKeyView; contribution: { id: Uuid; takenMicros: Micros } | null };

/**
 * End a supplier's key for good, as an operator decides: its secret is destroyed, and a contribution ends as if its key had
 * died. A key that has ended stays as it is.
 *
 * Errors: `not_found`.
 */
export async function endKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<EndedKey> {
  const end = { ...input, reason: "by_operator" } as const;
  const isEnded = await killContribution(tx, ctx, end);
  // The platform's own keys are no contribution's.
  await endPoolKey(tx, ctx, { ...end, state: "revoked" });
  const contribution = isEnded ? await findByPoolKey(tx, input.poolKeyId) : null;
  return { key: await getPoolKey(tx, ctx, input), contribution };
}
