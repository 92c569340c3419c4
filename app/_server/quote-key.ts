import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import {
  planAcceptance,
  planQuote,
  quoteContribution,
  type QuoteInput,
  type QuoteView,
  type SecondLook,
  validateKey,
} from "@/lib/contributions";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import type { Uuid } from "@/lib/ids";
import { webDatabase } from "./database";
import { openWebVault } from "./web-vault";

// Each quote asks a provider about a key: enough for a contributor, too slow for trying out keys that one found.
const looks = new RateLimiterMemory({ points: 120, duration: 60 * 60, keyPrefix: "quote" });

async function requireTurn(userId: string): Promise<void> {
  try {
    await looks.consume(userId);
  } catch (reached) {
    if (!(reached instanceof RateLimiterRes)) throw reached;
    throw new ScripError(
      "rate_limit_exceeded",
      "You have asked for too many quotes in the last hour. Try again later.",
      {
        retryAfterS: Math.ceil(reached.msBeforeNext / 1000),
      },
    );
  }
}

/**
 * Quote a key: look at it with its provider between two looks at the database, none of them inside a transaction with the
 * other. The key is sealed before the provider is asked, and is nowhere else when this returns.
 *
 * Errors: as `planQuote` and `quoteContribution`; `rate_limit_exceeded`.
 */
export async function quoteKey(ctx: Ctx, input: QuoteInput): Promise<QuoteView> {
  await requireTurn(input.userId);
  openWebVault();
  const database = webDatabase();
  const plan = await planQuote(database.reader, ctx, input, webEnv().providerBaseUrls);
  const { policy, address, reference } = plan;
  const validation = await validateKey({
    adapter: policy.adapter,
    address,
    upstreamModel: reference.upstreamModel,
    secret: input.secret,
    nowMs: ctx.nowMs,
  });
  return database.inTransaction((tx) => quoteContribution(tx, ctx, { plan, validation }));
}

/**
 * Look at a quote's key once more, right before the quote is accepted and outside of the transaction that does so. The key is
 * opened for that, and is nowhere else when this returns.
 *
 * Errors: as `planAcceptance`; `rate_limit_exceeded`.
 */
export async function lookAgain(
  ctx: Ctx,
  input: { userId: Uuid; quoteId: Uuid; attest: boolean; topUpOf: Uuid | null },
): Promise<SecondLook> {
  openWebVault();
  const { key, ...seen } = await planAcceptance(webDatabase().reader, ctx, input, webEnv().providerBaseUrls);
  await requireTurn(input.userId);
  return { ...seen, validation: await validateKey(key, "again") };
}
