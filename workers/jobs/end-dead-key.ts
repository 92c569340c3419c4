import { revokeContribution } from "../../lib/contributions";
import { systemCtx } from "../../lib/ctx";
import type { Uuid } from "../../lib/ids";
import { toKeyReason } from "../../lib/pool";
import { type Job, processOnce } from "../../lib/queue";
import { nowMs } from "../../lib/time";
import type { JobContext } from "./job-context";

/** Ends the contribution of a key that died (`{pool_key, reason}`): what hasn't vested is taken back. */
export async function closeDeadKeyJob({ database, log }: JobContext, { payload, outboxId }: Job): Promise<void> {
  if (outboxId === null) return;
  const poolKeyId = String(payload["pool_key"]) as Uuid; // written by the room of pool keys
  const reason = toKeyReason(String(payload["reason"])) ?? "invalid_key";
  await processOnce(database, outboxId, async (tx) => {
    const ended = await revokeContribution(tx, systemCtx("end_dead_key", nowMs()), { poolKeyId, reason });
    if (ended) log.warn({ poolKey: poolKeyId, reason }, "a contribution ended with its key");
  });
}
