import { describe, expect, test } from "vitest";
import { revokeContribution, vestContributions } from "@/lib/contributions";
import { systemCtx } from "@/lib/ctx";
import { openDatabase } from "@/lib/db";
import { verifyLedger } from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { toPublicId, type Uuid } from "@/lib/ids";
import type { KeyReason } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import * as endRoute from "@/app/api/v1/admin/pool/[id]/end/route";
import { aPerson, call, type Person } from "@/tests/support/api";
import {
  acceptQuote,
  aContributor,
  aKey,
  askQuote,
  balanceOf,
  changeOne,
  contributeKey,
  controls,
  database,
  fold,
  holdOn,
  readOne,
  retire,
  serveWith,
  topUp,
  useContributions,
} from "@/tests/support/contributions";

useContributions();

const CREDIT = 1_000_000n;
const USD = 1_000_000_000n;
const NET = 74_997n * CREDIT;

const revoke = (poolKeyId: Uuid, reason: KeyReason = "invalid_key"): Promise<boolean> =>
  database.inTransaction((tx) => revokeContribution(tx, systemCtx("test", nowMs()), { poolKeyId, reason }));
const verified = async (): Promise<unknown> => (await verifyLedger(database)).violations;
const keyRow = async (id: Uuid): Promise<Record<string, unknown> | undefined> =>
  (
    await database.pool.query<Record<string, unknown>>(
      "select state, hint, length(ciphertext) as secret, cost_nanos, quota_nanos from pool_key where id = $1",
      [id],
    )
  ).rows[0];

describe("vesting", () => {
  test("follows what the key cost, exactly, and a fold that finds nothing changes nothing", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD);
    expect(await fold()).toBe(1);
    expect(await fold()).toBe(0);
    const { body } = await readOne(bo, id);
    expect(body).toMatchObject({ vested_credits: 7_499.7, remaining_credits: 67_497.3, requests_served: 1 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 7_499_700_000n, unvestedMicros: NET - 7_499_700_000n });
    expect(await verified()).toEqual([]);
  });

  test("ends at the quota: all of the net has vested, the key is depleted, what it cost beyond vests nothing", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 499n * USD);
    await serveWith(poolKey, 2n * USD);
    await serveWith(poolKey, 1n * USD);
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({
      state: "depleted",
      vested_credits: 74_997,
      remaining_credits: 0,
      requests_served: 3,
    });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: NET, unvestedMicros: 0n });
  });

  test("comes to the same under four folders at once, however the attempts are split among them", async () => {
    const bo = await aContributor();
    const first = await contributeKey(bo);
    const keys = [first, await contributeKey(bo), await contributeKey(await aContributor())];
    const costs = Array.from({ length: 60 }, (_, index) => BigInt(index + 1) * 7_777_777n);
    let folded = 0;
    const folder = async (): Promise<void> => {
      while (folded < costs.length) {
        const taken = await fold(5);
        folded += taken;
      }
    };
    const serving = Promise.all(costs.map((cost, index) => serveWith((keys[index % 3] ?? first).poolKey, cost)));
    await Promise.all([serving, folder(), folder(), folder(), folder()]);
    for (const [index, { poolKey }] of keys.entries()) {
      const cost = costs.filter((_, at) => at % 3 === index).reduce((sum, one) => sum + one, 0n);
      const { rows } = await database.pool.query(
        `select cost_nanos, vested_micros, requests_served, (select sum(vested_micros)::bigint from vesting v
         where v.contribution_id = c.id) as recorded from contribution c where pool_key_id = $1`,
        [poolKey],
      );
      const vested = (NET * cost) / (500n * USD);
      expect(rows).toEqual([{ cost_nanos: cost, vested_micros: vested, requests_served: 20n, recorded: vested }]);
    }
    expect(await verified()).toEqual([]);
  });

  test("of a folder that is cut off before its commit is nothing, and the next one vests it once", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD);
    const doomed = openDatabase(process.env["DATABASE_URL"] ?? "", 1);
    const cut = doomed.inTransaction(async (tx) => {
      const ctx = systemCtx("test", nowMs());
      await vestContributions(tx, ctx, (await foldAttempts(tx, ctx, { limit: 10 })).attempts);
      throw new Error("the process dies here");
    });
    await expect(cut).rejects.toThrow("the process dies here");
    await doomed.close();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(0);
    await fold();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(7_499.7);
  });
});

describe("a key that dies", () => {
  test("loses what hasn't vested and its secret, and its owner is shown why", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD);
    await fold();
    expect(await revoke(poolKey, "drained")).toBe(true);
    expect((await readOne(bo, id)).body).toMatchObject({
      state: "revoked",
      reason: "drained",
      vested_credits: 7_499.7,
      remaining_credits: 0,
      hint: "",
    });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 7_499_700_000n, unvestedMicros: 0n, debtMicros: 0n });
    expect(await keyRow(poolKey)).toMatchObject({ state: "revoked", hint: "", secret: 0 });
    expect(await revoke(poolKey)).toBe(false);
    expect(await verified()).toEqual([]);
  });

  test("while a request is under way: the rest goes back at once, and what the request cost vests when it settles", async () => {
    const bo = await aContributor();
    const { id, poolKey } = await contributeKey(bo);
    const settle = await holdOn(poolKey);
    await Promise.all([revoke(poolKey), revoke(poolKey), fold()]);
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 0n, unvestedMicros: 0n });
    await settle(50n * USD);
    await fold();
    expect((await readOne(bo, id)).body).toMatchObject({
      state: "revoked",
      vested_credits: 7_499.7,
      requests_served: 1,
    });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 7_499_700_000n, unvestedMicros: 0n });
    expect(await verified()).toEqual([]);
  });

  test("under concurrent folds and revocations has vested and had clawed back what was granted, to the microcredit", async () => {
    const bo = await aContributor();
    const { poolKey } = await contributeKey(bo);
    await Promise.all([
      ...Array.from({ length: 10 }, (_, index) =>
        serveWith(poolKey, BigInt(index + 1) * 123_456_789n).then(() => fold(2)),
      ),
      revoke(poolKey),
      revoke(poolKey),
    ]);
    await fold();
    const { rows } = await database.pool.query(
      "select vested_micros + taken_micros as all, cost_nanos, vested_micros from contribution where pool_key_id = $1",
      [poolKey],
    );
    const cost = 55n * 123_456_789n;
    expect(rows).toEqual([{ all: NET, cost_nanos: cost, vested_micros: (NET * cost) / (500n * USD) }]);
    expect(await verified()).toEqual([]);
  });
});

test("an admin closes a contributed key for good: what hasn't vested is gone, and once more changes nothing", async () => {
  const [bo, admin] = [await aContributor(), await aPerson(database, { role: "admin", scopes: ["admin"] })];
  const { id, poolKey } = await contributeKey(bo);
  await serveWith(poolKey, 50n * USD);
  await fold();
  const end = (person: Person, headers: Record<string, string>) =>
    call("POST", "/admin/pool/x/end", endRoute.POST, {
      as: person.key,
      params: { id: toPublicId("poolKey", poolKey) },
      headers,
    });
  const once = { "idempotency-key": "once" };
  expect((await end(bo, once)).status).toBe(403);
  expect((await end(admin, {})).body["code"]).toBe("idempotency_key_required");
  for (const headers of [once, once, { "idempotency-key": "more" }]) {
    const { status, body } = await end(admin, headers);
    expect([status, body["state"], body["reason"]]).toEqual([200, "revoked", "by_operator"]);
    expect(await balanceOf(bo)).toMatchObject({
      vestedMicros: 7_499_700_000n,
      unvestedMicros: 0n,
      spendableMicros: 7_499_700_000n,
    });
  }
  expect((await readOne(bo, id)).body).toMatchObject({ state: "revoked", reason: "by_operator", remaining_credits: 0 });
  expect(await keyRow(poolKey)).toMatchObject({ state: "revoked", secret: 0 });
  const { rows } = await database.pool.query(
    `select action, before->>'state' was, after->>'contribution_id' contribution, after->'taken_credits' taken
     from audit where subject_id = $1 order by id`,
    [toPublicId("poolKey", poolKey)],
  );
  const action = "pool_key.end";
  expect(rows).toEqual([
    { action, was: "active", contribution: id, taken: 67_497.3 },
    { action, was: "revoked", contribution: null, taken: null },
  ]);
  expect(await verified()).toEqual([]);
});

describe("an owner", () => {
  test("pauses and resumes, and can't resume what isn't paused", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const { id, poolKey } = await contributeKey(bo);
    expect((await changeOne(bo, id, { paused: true })).body["state"]).toBe("paused");
    expect((await keyRow(poolKey))?.["state"]).toBe("paused");
    expect((await changeOne(eve, id, { paused: false })).status).toBe(404);
    expect((await changeOne(bo, id, { paused: false })).body["state"]).toBe("active");
    await database.pool.query("update pool_key set state = 'quarantined', reason = 'invalid_key' where id = $1", [
      poolKey,
    ]);
    const refusal = await changeOne(bo, id, { paused: true });
    expect([refusal.status, refusal.body["code"]]).toEqual([409, "state_conflict"]);
    expect((await readOne(bo, id)).body).toMatchObject({ state: "quarantined", reason: "invalid_key" });
  });

  test("retires: the unvested credits go back, the key is destroyed, and a second time changes nothing", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const { id, poolKey } = await contributeKey(bo);
    await serveWith(poolKey, 50n * USD);
    await fold();
    expect((await retire(eve, id)).status).toBe(404);
    for (const _ of [1, 2]) {
      expect((await retire(bo, id)).body).toMatchObject({
        state: "retired",
        reason: "by_owner",
        vested_credits: 7_499.7,
        remaining_credits: 0,
      });
    }
    expect(await keyRow(poolKey)).toMatchObject({ state: "retired", secret: 0 });
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 7_499_700_000n, unvestedMicros: 0n });
    const more = await changeOne(bo, id, { paused: false });
    expect([more.status, more.body["code"]]).toEqual([409, "state_conflict"]);
    expect(await verified()).toEqual([]);
  });

  test("tops up by what was added to the key's quota, and vesting goes on over the rest", async () => {
    const [bo, eve] = [await aContributor(), await aContributor()];
    const key = aKey();
    const { id, poolKey } = await contributeKey(bo, key);
    await serveWith(poolKey, 50n * USD);
    await fold();
    // The provider counts 50 spent, which this test's requests didn't really do, and 300 are paid in.
    await controls().key(key, { quota_usd: 750.00027 });
    expect((await askQuote(eve, key, { contribution: id })).status).toBe(404);
    const other = await askQuote(bo, aKey(), { contribution: id });
    expect([other.status, other.body["code"]]).toEqual([422, "key_invalid"]);
    const quote = await askQuote(bo, key, { contribution: id });
    expect([quote.status, quote.body["net_credits"]]).toEqual([201, 45_000]);
    const asNew = await acceptQuote(bo, String(quote.body["id"]));
    expect([asNew.status, asNew.body["code"]]).toEqual([409, "state_conflict"]);
    const { body } = await topUp(bo, id, String(quote.body["id"]));
    expect(body).toMatchObject({ net_credits: 119_997, vested_credits: 7_499.7, remaining_credits: 112_497.3 });
    expect(await keyRow(poolKey)).toMatchObject({ quota_nanos: 800n * USD, cost_nanos: 50n * USD });
    await serveWith(poolKey, 375n * USD);
    await fold();
    expect((await readOne(bo, id)).body["vested_credits"]).toBe(7_499.7 + 112_497.3 / 2);
    expect(await verified()).toEqual([]);
  });

  test.each([false, true])(
    "tops up once by what was added, whatever was quoted; accepted at once: %s",
    async (isAtOnce) => {
      const [bo, key] = [await aContributor(), aKey()];
      const { id } = await contributeKey(bo, key);
      await controls().key(key, { quota_usd: 800.01 });
      const quotes = [];
      for (let at = 0; at < 4; at++) quotes.push(String((await askQuote(bo, key, { contribution: id })).body["id"]));
      const outcomes = [];
      if (isAtOnce) outcomes.push(...(await Promise.all(quotes.map((quote) => topUp(bo, id, quote)))));
      else for (const quote of quotes) outcomes.push(await topUp(bo, id, quote));
      expect(outcomes.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
      expect((await readOne(bo, id)).body["net_credits"]).toBe(119_997);
      expect(await verified()).toEqual([]);
    },
  );
});
