import { createHash } from "node:crypto";
import { ApiKeyInput, createApiKey, createUser, updateUser, type User } from "@/lib/auth";
import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import type { Database } from "@/lib/db";
import { newUuid, type Uuid } from "@/lib/ids";
import { creditWallet } from "@/lib/ledger";
import type { Micros } from "@/lib/money";
import { addPoolKey } from "@/lib/pool";
import { nowMs } from "@/lib/time";
import { SecretText } from "@/lib/vault";

/** Somebody who calls: an account with credits and one key. */
export type Caller = { userId: Uuid; wallet: bigint; apiKeyId: Uuid; secret: string };

export const STAGE_MODEL = "gpt-4";
const STAGE_CHANNEL = "openai";
const rates = (amount: number, chargeUnit: number): ModelBody["price"] => ({
  rates: [
    { meter: "input_tokens", per: 1000, amount },
    { meter: "output_tokens", per: 1000, amount },
  ],
  chargeUnit,
});

/** Put the demo's GPT-4 up: 5 credits per 1,000 tokens at a cost of USD 0.03, charged to the thousandth of a credit. */
export async function stageModel(database: Database, chargeUnit = 0.001): Promise<void> {
  const ctx = systemCtx("stage", nowMs());
  const body = ModelBody.parse({
    provider: "openai",
    upstream_model: STAGE_MODEL,
    capabilities: ["chat"],
    default_output_cap: 1_000,
    price: rates(5, chargeUnit),
    cost: rates(0.03, 0.000001),
  });
  await database.inTransaction(async (tx) => {
    await putModel(tx, ctx, modelFromBody(STAGE_MODEL, body));
    await putChannel(tx, ctx, channelFromBody(STAGE_CHANNEL, ChannelBody.parse({ provider: "openai" })));
  });
}

/** Add suppliers' keys to the stage's channel. The process's vault encrypts them. */
export async function stageSupply(database: Database, secrets: readonly string[]): Promise<Uuid[]> {
  const ids: Uuid[] = [];
  for (const secret of secrets) {
    const input = { channelId: STAGE_CHANNEL, secret: new SecretText(secret), quotaNanos: null };
    const { id } = await database.inTransaction((tx) => addPoolKey(tx, systemCtx("stage", nowMs()), input));
    ids.push(id);
  }
  return ids;
}

/** Wide enough that no test of speed or of crashes meets a limit that it isn't about. */
const WIDE = { requests_per_minute: 1_000_000, tokens_per_minute: 1_000_000_000, concurrency: 100_000 };

const grantTo = (user: User, amountMicros: Micros): Parameters<typeof creditWallet>[2] => ({
  wallet: user.walletId,
  kind: "grant",
  scope: "stage",
  key: user.id,
  requestHash: createHash("sha256").update(user.id).digest(),
  transfer: newUuid(nowMs()),
  refType: "user",
  refId: user.id,
  memo: "for the stage",
  source: "promo",
  amountMicros,
});

/** Make callers with so many credits each, in one lot of promo credits that doesn't expire. */
export async function stageCallers(database: Database, count: number, creditsMicros: Micros): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (let at = 0; at < count; at++) {
    const ctx = systemCtx("stage", nowMs());
    const caller = await database.inTransaction(async (tx) => {
      const user = await createUser(tx, ctx, { email: `caller-${newUuid(ctx.nowMs)}@stage.test`, passwordHash: null });
      if (creditsMicros > 0n) await creditWallet(tx, ctx, grantTo(user, creditsMicros));
      await updateUser(tx, ctx, { userId: user.id, limits: WIDE, reason: "for the stage" });
      const { key, secret } = await createApiKey(tx, ctx, {
        userId: user.id,
        key: ApiKeyInput.parse({ name: "stage" }),
        mayGiveAdmin: false,
      });
      return { userId: user.id, wallet: user.walletId, apiKeyId: key.id, secret };
    });
    callers.push(caller);
  }
  return callers;
}
