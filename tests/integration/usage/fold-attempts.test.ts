import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemCtx } from "@/lib/ctx";
import { openDatabase } from "@/lib/db";
import type { Uuid } from "@/lib/ids";
import { nanos } from "@/lib/money";
import { foldAttempts } from "@/lib/usage";
import { readConfigVersion } from "@/lib/db/config-version";
import { nowMs } from "@/lib/time";
import { aSuppliedLedger, type SuppliedLedger } from "@/tests/support/supplied-ledger";

let home: SuppliedLedger;
beforeAll(async () => {
  home = await aSuppliedLedger();
});
afterAll(() => home.close());

/** A fold by what it says of itself: how many attempts it took, and the keys that it used up. */
async function fold(limit = 1_000): Promise<{ folded: number; depleted: Uuid[] }> {
  const ctx = systemCtx("test", nowMs());
  const { attempts, depleted } = await home.database.inTransaction((tx) => foldAttempts(tx, ctx, { limit }));
  return { folded: attempts.length, depleted };
}
const poolVersion = async (): Promise<bigint> => (await readConfigVersion(home.database.reader)).pool;

describe("folding settled attempts", () => {
  test("lowers each key's quota by what its requests cost, and finds nothing the second time", async () => {
    const [one, two] = [await home.addKey(), await home.addKey()];
    await home.settleOn(one, 45_000_000n);
    await home.settleOn(one, 5n);
    await home.settleOn(two, 7n);
    expect(await fold()).toEqual({ folded: 3, depleted: [] });
    expect((await home.keyRow(one)).cost).toBe(45_000_005n);
    expect((await home.keyRow(two)).cost).toBe(7n);
    expect(await fold()).toEqual({ folded: 0, depleted: [] });
  });

  test("depletes a key whose quota is used up, and notifies gateways then and only then", async () => {
    const id = await home.addKey(nanos(100n));
    const before = await poolVersion();
    await home.settleOn(id, 99n);
    expect((await fold()).depleted).toEqual([]);
    expect(await poolVersion()).toBe(before);
    await home.settleOn(id, 5n);
    expect((await fold()).depleted).toEqual([id]);
    expect(await home.keyRow(id)).toEqual({ state: "depleted", reason: "quota_used", cost: 104n });
    expect(await poolVersion()).toBe(before + 1n);
    await home.settleOn(id, 1n);
    expect(await fold()).toEqual({ folded: 1, depleted: [] });
    expect((await home.keyRow(id)).cost).toBe(105n);
  });

  test("takes no more than its limit, and the rest at the next call", async () => {
    const id = await home.addKey();
    await Promise.all(Array.from({ length: 25 }, () => home.settleOn(id, 1n)));
    expect((await fold(20)).folded).toBe(20);
    expect((await fold(20)).folded).toBe(5);
    expect((await home.keyRow(id)).cost).toBe(25n);
  });

  test("counts each attempt once under four folders at once, while requests go on settling", async () => {
    const first = await home.addKey();
    const ids = [first, await home.addKey(), await home.addKey()];
    const settling = Promise.all(
      Array.from({ length: 120 }, (_, index) => home.settleOn(ids.at(index % 3) ?? first, BigInt(index + 1))),
    );
    let folded = 0;
    const folder = async (): Promise<void> => {
      while (folded < 120) {
        const taken = await fold(7);
        folded += taken.folded;
      }
    };
    await Promise.all([settling, folder(), folder(), folder(), folder()]);
    const costs = await Promise.all(ids.map(async (id) => (await home.keyRow(id)).cost));
    expect(folded).toBe(120);
    expect(costs.reduce((sum, cost) => sum + cost, 0n)).toBe((120n * 121n) / 2n);
  });

  test("a folder that is cut off before its commit has counted nothing, and the next one counts it", async () => {
    const id = await home.addKey();
    await home.settleOn(id, 11n);
    const doomed = openDatabase(home.home.url, 1);
    const cut = doomed.inTransaction(async (tx) => {
      expect((await foldAttempts(tx, systemCtx("test", nowMs()), { limit: 10 })).attempts).toHaveLength(1);
      const killer = openDatabase(home.home.ownerUrl, 1);
      await killer.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
      );
      await killer.close();
    });
    await expect(cut).rejects.toThrow();
    await doomed.close();
    expect((await home.keyRow(id)).cost).toBe(0n);
    expect((await fold()).folded).toBe(1);
    expect((await home.keyRow(id)).cost).toBe(11n);
  });
});
