import { beforeAll } from "vitest";
import { probePoolKeysLoop, refreshAdvancesLoop } from "@/workers/jobs/key-jobs";
import type { Uuid } from "@/lib/ids";
import { verifyLedger } from "@/lib/ledger";
import { nowMs } from "@/lib/time";
import { vault } from "@/lib/vault";
import { aReserve, aSettle, cr } from "./a-ledger";
import type { Person } from "./api";
import {
  balanceOf,
  changeOne,
  database,
  ledgerBooks,
  providerUrl,
  setSettings,
  useContributions,
} from "./contributions";
import { aLog } from "./log";

export const USD = 1_000_000_000n;
export const HOUR_MS = 3_600_000;
/** A tenth of 74,997 credits. */
export const AT_ONCE = 7_499.7;

/** Give the file's tests contributions of which a tenth may be spent in advance, up to 10,000 credits. */
export function useAdvances(): void {
  useContributions();
  beforeAll(() => setSettings({ advance_limit: 10_000, advance_at_once: 0.1 }));
}

export const context = () => ({
  database,
  log: aLog().log,
  vault: vault(),
  providerBaseUrls: new Map([["openai", providerUrl()]]),
});
export const credits = (amount: bigint): number => Number(amount) / 1_000_000;
export const spendable = async (person: Person): Promise<number> => credits((await balanceOf(person)).spendableMicros);
export const verified = async (): Promise<unknown> => (await verifyLedger(database)).violations;
export const refresh = () => refreshAdvancesLoop(context()).runOnce();
export const pause = (person: Person, id: string) => changeOne(person, id, { paused: true });
export const resume = (person: Person, id: string) => changeOne(person, id, { paused: false });

/** Make a key's next probe due, `hours` after its last sign of life where they are named, and have it probed. */
export async function probe(poolKey: Uuid, hours = 8): Promise<void> {
  await database.pool.query(
    "update pool_key set probe_at = $2, alive_at = alive_at - $3 * interval '1 hour' where id = $1",
    [poolKey, new Date(nowMs() - 1_000), hours],
  );
  await probePoolKeysLoop(context()).runOnce();
}

/** Let time pass for a key without a sign of life. */
export const age = (poolKey: Uuid, hours: number) =>
  database.pool.query("update pool_key set alive_at = alive_at - $2 * interval '1 hour' where id = $1", [
    poolKey,
    hours,
  ]);

export type KeyRow = {
  state: string;
  reason: string | null;
  cost: bigint;
  failures: number;
  probe_at: Date;
  alive_at: Date;
};
export async function keyRow(poolKey: Uuid): Promise<KeyRow> {
  const { rows } = await database.pool.query<KeyRow>(
    "select state, reason, cost_nanos as cost, failures, probe_at, alive_at from pool_key where id = $1",
    [poolKey],
  );
  const [row] = rows;
  if (!row) throw new Error("no such key");
  return row;
}

export async function spend(person: Person, amount: number): Promise<void> {
  const reserve = aReserve(person.user.walletId, cr(amount));
  const { outcome } = await ledgerBooks().reserve(reserve);
  if (outcome !== "held") throw new Error(`the request wasn't reserved: ${outcome}`);
  await ledgerBooks().settle(aSettle(reserve.hold, cr(amount)));
}
