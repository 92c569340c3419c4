import { ApiKeyInput, createApiKey, createUser } from "@/lib/auth";
import { type Card, findCards } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import type { Database } from "@/lib/db";
import { toPublicId } from "@/lib/ids";
import type { UsageEnd } from "@/lib/ledger";
import { nanos } from "@/lib/money";
import { chargeOf, NO_FACTS, rate } from "@/lib/pricing";
import { dayOf, nowMs } from "@/lib/time";
import { cr } from "../../support/a-ledger";
import { giveCredits, makeRequests, type MadeRequest } from "../../support/a-request";

const DAY_MS = 86_400_000;
/** The first card of the database. */
const PRICE_CARD = 1n;
/** How long ago the example's requests were made: apart from what the tests of today add. */
const HISTORY_DAYS = 3;

/** 150,000 credits, and what three suppliers billed for them. Units: whole credits, dollars. */
const EXAMPLE = [
  { provider: "openai", model: "gpt-4", credits: 50_000, usd: 1_000n },
  { provider: "openai", model: "gpt-4o", credits: 30_000, usd: 234n },
  { provider: "anthropic", model: "claude-3", credits: 40_000, usd: 567n },
  { provider: "kling", model: "kling-v1", credits: 30_000, usd: 89n },
] as const;

/** Input tokens that come to so many credits by the staged card, 5 credits per 1,000, and how they do. */
function usedFor(card: Card, credits: number): Pick<UsageEnd, "meters" | "breakdown"> {
  const meters = { input_tokens: credits * 200 };
  const rating = rate(card, { meters, kinds: {} }, NO_FACTS);
  if (rating.outcome !== "rated") throw new Error("the staged card has no price for input");
  return { meters, breakdown: chargeOf(rating, [], card.chargeUnit).lines };
}

/** Requests of three days ago, for what admins are told of the past. Answers their day. */
export async function makeHistory(database: Database): Promise<string> {
  const ctx = systemCtx("e2e", nowMs());
  const person = await database.inTransaction(async (tx) => {
    const user = await createUser(tx, ctx, { email: "history@e2e.test", passwordHash: null });
    const key = ApiKeyInput.parse({ name: "history", scopes: ["inference"] });
    const made = await createApiKey(tx, ctx, { userId: user.id, key, mayGiveAdmin: false });
    const keyId = toPublicId("apiKey", made.key.id);
    return { user, id: toPublicId("user", user.id), key: made.secret, keyId };
  });
  const arrivedMs = ctx.nowMs - HISTORY_DAYS * DAY_MS;
  await giveCredits(database, person, 150_000);
  const version = (await findCards(database.reader, [PRICE_CARD])).get(PRICE_CARD);
  if (!version) throw new Error("no card is staged");
  const requests = EXAMPLE.map(({ provider, model, credits, usd }): MadeRequest => ({
    chargeMicros: cr(credits),
    costNanos: nanos(usd * 1_000_000_000n),
    arrivedMs,
    draft: { provider, model, priceCard: PRICE_CARD },
    end: { channel: `${provider}-main`, keyOwner: null, ...usedFor(version.card, credits) },
  }));
  await makeRequests(database, person, requests);
  return dayOf(arrivedMs, "UTC");
}
