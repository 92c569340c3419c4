import { systemCtx } from "@/lib/ctx";
import type { Uuid } from "@/lib/ids";
import { type Nanos, nanos } from "@/lib/money";
import { addPoolKey } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText, useVault } from "@/lib/vault";
import { aLedger, anEnd, aReserve, aSettle, aWallet, cr, type LedgerFixture } from "./a-ledger";
import { putChannel, testMasterKeys } from "./supply";

let made = 0;

/** A ledger with a channel, `openai`, and verbs to have requests settled on keys of it. */
export async function aSuppliedLedger() {
  useVault(testMasterKeys());
  const ledger: LedgerFixture = await aLedger();
  const { database, books } = ledger;
  await putChannel(database, "openai");
  const wallet = await aWallet(ledger, { purchased: cr(1_000_000) });

  async function addKey(quotaNanos: Nanos | null = null, owner: Uuid | null = null): Promise<Uuid> {
    const secret = new SecretText(`sk-supplied-${++made}-0123456789`);
    const { id } = await database.inTransaction((tx) =>
      addPoolKey(tx, systemCtx("test", nowMs()), { channelId: "openai", secret, quotaNanos }),
    );
    if (owner) await database.pool.query("update pool_key set owner_id = $2 where id = $1", [id, owner]);
    return id;
  }

  /** One request that ended well with a key and cost so much. */
  async function settleOn(poolKey: Uuid, costNanos: bigint, payer = wallet, chargeMicros = cr(8)): Promise<Uuid> {
    const reserve = aReserve(payer, cr(20), { poolKey });
    const { outcome } = await books.reserve(reserve);
    if (outcome !== "held") throw new Error(`the request wasn't reserved: ${outcome}`);
    const attempt = { n: 1, poolKey, channel: "openai", outcome: "ok", costNanos: nanos(costNanos), latencyMs: 5 };
    const end = anEnd({ poolKey, attempts: [attempt] });
    await books.settle(aSettle(reserve.hold, chargeMicros, { costNanos: nanos(costNanos), end }));
    return reserve.hold;
  }

  async function keyRow(id: Uuid): Promise<{ state: string; reason: string | null; cost: bigint }> {
    const { rows } = await database.pool.query<{ state: string; reason: string | null; cost: bigint }>(
      "select state, reason, cost_nanos as cost from pool_key where id = $1",
      [id],
    );
    const [row] = rows;
    if (!row) throw new Error("no such key");
    return row;
  }

  return { ...ledger, wallet, addKey, settleOn, keyRow };
}

export type SuppliedLedger = Awaited<ReturnType<typeof aSuppliedLedger>>;
