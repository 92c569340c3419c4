import {
  planAcceptance,
  planQuote,
  quoteContribution,
  type QuoteInput,
  type QuoteView,
  type Revalidation,
  validateKey,
} from "@/lib/contributions";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import type { Uuid } from "@/lib/ids";
import { useVault } from "@/lib/vault";
import { webDatabase } from "./database";

let isOpen = false;

/** Open the vault that seals suppliers' keys, at its first use: what the pool asks for is then there. */
export function openWebVault(): void {
  if (isOpen) return;
  useVault(webEnv().masterKeys);
  isOpen = true;
}

/**
 * Quote a key: look at it with its provider between two looks at the database, none of them inside a transaction with the
 * other. The key is encrypted before the provider is asked, and is nowhere else when this returns.
 *
 * Errors: as `planQuote` and `quoteContribution`.
 */
export async function quoteKey(ctx: Ctx, input: QuoteInput): Promise<QuoteView> {
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
 * Errors: as `planAcceptance`.
 */
export async function revalidateQuote(
  ctx: Ctx,
  input: { userId: Uuid; quoteId: Uuid; attest: boolean; topUpOf: Uuid | null },
): Promise<Revalidation> {
  openWebVault();
  const { key, ...seen } = await planAcceptance(webDatabase().reader, ctx, input, webEnv().providerBaseUrls);
  return { ...seen, validation: await validateKey(key, "recheck") };
}
