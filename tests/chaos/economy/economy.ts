import { createUser } from "@/lib/auth";
import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { refreshAdvances, vestContributions } from "@/lib/contributions";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { type Database, openDatabase, type Tx } from "@/lib/db";
import { newUuid, type Uuid } from "@/lib/ids";
import { type Books, createBooks, keepLease } from "@/lib/ledger";
import { foldAttempts } from "@/lib/usage";
import { updateSettings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { useVault } from "@/lib/vault";
import { testDatabase } from "../../support/database";
import { testMasterKeys } from "../../support/supply";

export const PROVIDER = "openai";
const REFERENCE_MODEL = "gpt-4";

/** Somebody who plays: what they paid and were charged is counted here, apart from the ledger. Units: microcredits. */
export type Agent = {
  name: string;
  userId: Uuid;
  wallet: bigint;
  discountPercent: bigint;
  /** Bought or given, less what was taken back. */
  paidMicros: bigint;
  chargedMicros: bigint;
  /** What of refunds and late charges couldn't be taken, and was owed. */
  owedMicros: bigint;
  lots: { lot: bigint; amountMicros: bigint }[];
};

/** A key in the pool, and what requests that it served were charged, counted as they are settled. */
export type Key = {
  owner: Agent;
  contributionId: Uuid;
  poolKey: Uuid;
  secret: string;
  account: string | null;
  /** The smallest fee of its grants, in thousandths. */
  feeThousandths: bigint;
  chargedMicros: bigint;
  isOver: boolean;
};

/** The ledger and the modules around it on a database of their own, with one provider. Settings are the same for everybody. */
export type Economy = {
  database: Database;
  ownerUrl: string;
  books: Books;
  ctx(): Ctx;
  run<T>(work: (tx: Tx, ctx: Ctx) => Promise<T>): Promise<T>;
  setSettings(patch: Record<string, unknown>): Promise<void>;
  setPrice(credits: number): Promise<void>;
  addAgent(name: string, discountPercent: bigint): Promise<Agent>;
  /** What the folder does in one transaction; false where there was nothing to take. */
  fold(limit: number): Promise<boolean>;
  /** The same, by a folder that dies before its commit. */
  foldAndDie(limit: number): Promise<void>;
  close(): Promise<void>;
};

const rates = (amount: number) => ({
  rates: [
    { meter: "input_tokens", per: 1000, amount },
    { meter: "output_tokens", per: 1000, amount },
  ],
  chargeUnit: 0.000001,
});

/** What the operator of these plays says: as by default, with one provider whose keys may be contributed. */
export const OPERATOR = {
  contributions_per_day: 1_000_000,
  advance_limit: 10_000,
  advance_at_once: 0.5,
  contribution_fee: 0.1,
  providers: { [PROVIDER]: { allowed: true, reason: "A test." } },
};

class Death extends Error {}

async function fold(tx: Tx, ctx: Ctx, limit: number): Promise<boolean> {
  const { attempts } = await foldAttempts(tx, ctx, { limit });
  await vestContributions(tx, ctx, attempts);
  return attempts.length > 0;
}

/** Open an economy with nobody in it. */
export async function openEconomy(): Promise<Economy> {
  useVault(testMasterKeys());
  const home = await testDatabase();
  const database = openDatabase(home.url, 6);
  const lease = await keepLease(database.pool, "economy");
  const ctx = (): Ctx => systemCtx("economy", nowMs());
  const run: Economy["run"] = (work) => database.inTransaction((tx) => work(tx, ctx()));
  const setPrice = (credits: number): Promise<void> =>
    run(async (tx, now) => {
      const body = {
        provider: PROVIDER,
        upstream_model: REFERENCE_MODEL,
        capabilities: ["chat"],
        default_output_cap: 1,
      };
      const model = ModelBody.parse({ ...body, price: rates(credits), cost: rates(0.03) });
      await putModel(tx, now, modelFromBody(REFERENCE_MODEL, model));
    });
  const setSettings = (patch: Record<string, unknown>): Promise<void> =>
    run(async (tx, now) => {
      await updateSettings(tx, now, patch);
      // What a job does after the change.
      while ((await refreshAdvances(tx, now, { limit: 100 })) === 100);
    });
  await setPrice(5);
  await run((tx, now) => putChannel(tx, now, channelFromBody(PROVIDER, ChannelBody.parse({ provider: PROVIDER }))));
  await setSettings(OPERATOR);
  return {
    database,
    ownerUrl: home.ownerUrl,
    books: createBooks(database.pool, lease),
    ctx,
    run,
    setSettings,
    setPrice,
    addAgent: (name, discountPercent) =>
      run(async (tx, now) => {
        const email = `${name}-${newUuid(now.nowMs)}@economy.test`;
        const { id: userId, walletId: wallet } = await createUser(tx, now, { email, passwordHash: null });
        return { name, userId, wallet, discountPercent, paidMicros: 0n, chargedMicros: 0n, owedMicros: 0n, lots: [] };
      }),
    fold: (limit) => run((tx, now) => fold(tx, now, limit)),
    foldAndDie: (limit) =>
      run(async (tx, now) => {
        await fold(tx, now, limit);
        throw new Death();
      }).catch((error: unknown) => {
        if (!(error instanceof Death)) throw error;
      }),
    async close() {
      await lease.close();
      await database.close();
      await home.drop();
    },
  };
}
