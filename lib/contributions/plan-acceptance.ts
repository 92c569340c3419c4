import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { Nanos } from "../money";
import { getPoolKey, isKeyInPool, openPoolKey } from "../pool";
import { upstreamHostOf } from "../providers";
import { readSettings } from "../settings";
import { type SecretText, vault } from "../vault";
import { addressOf, findPolicy } from "./find-policy";
import { findReference } from "./find-reference";
import { type Quote, readQuote } from "./quote.store";
import { requireDailyRoom } from "./require-daily-room";
import { requireOwn } from "./require-own";
import { type QuoteToAccept, requireAcceptable } from "./take-quote";
import type { KeyToValidate, Validation } from "./validate-key";

/** A quote's key, opened to be looked at again before the quote is accepted. Units: nanodollars. */
export type AcceptancePlan = {
  key: KeyToValidate;
  host: string;
  /** Of a top-up, what was left of the quota before the provider was asked. */
  leftNanos: Nanos | null;
};

/** What that look found. */
export type SecondLook = Omit<AcceptancePlan, "key"> & { validation: Validation };

function openKey({ id, provider, sealed }: Quote): SecretText {
  try {
    return openPoolKey(vault(), { id, channel: { provider }, sealed });
  } catch {
    // Its master key is gone: the key itself has to come again.
    throw new ScripError("quote_expired", "The key of this quote can't be read any more. Ask for a new quote.");
  }
}

async function findLeft(reader: Tx, ctx: Ctx, { userId, topUpOf }: QuoteToAccept): Promise<Nanos | null> {
  if (topUpOf === null) return null;
  const { poolKeyId } = await requireOwn(reader, { userId, contributionId: topUpOf });
  return (await getPoolKey(reader, ctx, { poolKeyId })).quotaLeftNanos;
}

/**
 * Whether a quote could be accepted, before its provider is asked once more. Nothing is changed; `baseUrls` are providers'
 * addresses from the environment.
 *
 * Errors: as `requireAcceptable`; `not_found` for a contribution that isn't one's own; `provider_not_allowed`;
 * `rate_limit_exceeded`; `duplicate_key`; `quote_expired` where its key doesn't open any more.
 */
export async function planAcceptance(
  reader: Tx,
  ctx: Ctx,
  input: QuoteToAccept,
  baseUrls: ReadonlyMap<string, string>,
): Promise<AcceptancePlan> {
  const leftNanos = await findLeft(reader, ctx, input);
  const quote = requireAcceptable(await readQuote(reader, input.userId, input.quoteId), input, ctx.nowMs);
  const policy = await findPolicy(reader, await readSettings(reader), quote.provider);
  const { upstreamModel } = await findReference(reader, ctx, policy);
  const address = addressOf(policy, baseUrls);
  if (input.topUpOf === null) {
    await requireDailyRoom(reader, ctx, input.userId, policy.settings.contributions_per_day);
    if (await isKeyInPool(reader, quote.prints)) {
      throw new ScripError("duplicate_key", "This key has been contributed already.");
    }
  }
  const key = { adapter: policy.adapter, address, upstreamModel, secret: openKey(quote), nowMs: ctx.nowMs };
  return { key, host: upstreamHostOf(address.baseUrl), leftNanos };
}
