import { describe, expect, test } from "vitest";
import type { Uuid } from "@/lib/ids";
import { ADVANCE_LIMIT_TOPIC } from "@/lib/settings";
import { refreshAdvancesJob } from "@/workers/jobs/refresh-advances";
import type { Person } from "@/tests/support/api";
import {
  acceptQuote,
  aContributor,
  aKey,
  askQuote,
  balanceOf,
  contributeKey,
  controls,
  database,
  fold,
  retire,
  serveWith,
  setSettings,
  topUp,
  useContributions,
} from "@/tests/support/contributions";
import { aLog } from "@/tests/support/jobs";

useContributions();

const CREDIT = 1_000_000n;
const USD = 1_000_000_000n;

/** A contribution of 45,000 credits whose provider tells no balance. */
async function contributeSilent(person: Person): Promise<{ id: string; poolKey: Uuid }> {
  const key = aKey();
  await controls().key(key, { billing: false });
  const made = await contributeKey(person, key, { declared_usd: 300 });
  expect(made.body).toMatchObject({ proven: false, net_credits: 45_000 });
  return made;
}

const spendable = async (person: Person): Promise<bigint> => (await balanceOf(person)).spendableMicros / CREDIT;

async function runJobs(): Promise<void> {
  const { rows } = await database.pool.query<{ id: bigint }>("select id from outbox where topic = $1 order by id", [
    ADVANCE_LIMIT_TOPIC,
  ]);
  for (const { id } of rows) {
    await refreshAdvancesJob({ database, log: aLog().log }, { topic: ADVANCE_LIMIT_TOPIC, payload: {}, outboxId: id });
  }
}

describe("what may be spent in advance", () => {
  test("is what proven contributions have still to vest, however much the others have", async () => {
    const bo = await aContributor();
    const silent = await contributeSilent(bo);
    expect([await spendable(bo), (await balanceOf(bo)).unvestedMicros]).toEqual([0n, 45_000n * CREDIT]);
    const proven = await contributeKey(bo, aKey(3));
    expect(proven.body["net_credits"]).toBe(450);
    expect(await spendable(bo)).toBe(450n);

    await serveWith(proven.poolKey, (3n * USD) / 2n);
    await fold();
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 225n * CREDIT, spendableMicros: 450n * CREDIT });
    await serveWith(silent.poolKey, 30n * USD);
    await fold();
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 4_725n * CREDIT, spendableMicros: 4_950n * CREDIT });
    await retire(bo, proven.id);
    expect(await balanceOf(bo)).toMatchObject({ vestedMicros: 4_725n * CREDIT, spendableMicros: 4_725n * CREDIT });
  });

  test("ends with the last proven one, and with a top-up that proves nothing", async () => {
    const bo = await aContributor();
    const key = aKey(30);
    const { id } = await contributeKey(bo, key);
    expect(await spendable(bo)).toBe(4_500n);
    await controls().key(key, { billing: false });
    const quote = await askQuote(bo, key, { contribution: id, declared_usd: 30 });
    expect((await topUp(bo, id, String(quote.body["id"]))).body).toMatchObject({ proven: false, net_credits: 9_000 });
    expect(await spendable(bo)).toBe(0n);
  });

  test("follows the setting, in a job after its change, for every account with open contributions", async () => {
    const people = await Promise.all([aContributor(), aContributor(), aContributor()]);
    for (const person of people) await contributeKey(person, aKey(300));
    const all = (): Promise<bigint[]> => Promise.all(people.map(spendable));
    await setSettings({ advance_limit: 500 });
    await runJobs();
    expect(await all()).toEqual([500n, 500n, 500n]);
    await setSettings({ advance_limit: 1_000_000 });
    await runJobs();
    expect(await all()).toEqual([45_000n, 45_000n, 45_000n]);
  });

  test("is by the setting of a contribution that is made while it changes", async () => {
    const bo = await aContributor();
    const quotes = [];
    for (let made = 0; made < 3; made += 1) quotes.push(String((await askQuote(bo, aKey(30))).body["id"]));
    await Promise.all([...quotes.map((id) => acceptQuote(bo, id)), setSettings({ advance_limit: 700 })]);
    await runJobs();
    expect(await spendable(bo)).toBe(700n);
    await setSettings({ advance_limit: 1_000_000 });
    await runJobs();
  });
});
