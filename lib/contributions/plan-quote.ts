import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { ScripError } from "../errors";
import type { SupplierAddress } from "../http";
import { newUuid, type Uuid } from "../ids";
import type { Nanos } from "../money";
import { getPoolKey, isKeyInPool, isSameKey, knownKeyPrints, sealNewKey, type NewKey } from "../pool";
import { readSettings } from "../settings";
import type { SecretText } from "../vault";
import type { Contribution } from "./contribution";
import { findContribution } from "./contribution.store";
import { addressOf, findPolicy, type Policy } from "./find-policy";
import { findReference, type Reference } from "./find-reference";
import { requireDailyRoom } from "./require-daily-room";

export type QuoteInput = {
  userId: Uuid;
  provider: string;
  secret: SecretText;
  /** What its owner says that it may be used for. */
  declaredNanos: Nanos | null;
  /** The contribution that it already is, to be topped up. */
  topUpOf: Uuid | null;
};

/** A quote before the provider was asked: its key is sealed, and nothing is stored. */
export type QuotePlan = {
  id: Uuid;
  userId: Uuid;
  provider: string;
  policy: Policy;
  reference: Reference;
  address: SupplierAddress;
  newKey: NewKey;
  declaredNanos: Nanos | null;
  topUp: { contribution: Contribution; leftNanos: Nanos } | null;
};

async function planTopUp(reader: Tx, ctx: Ctx, input: QuoteInput): Promise<QuotePlan["topUp"]> {
  if (input.topUpOf === null) return null;
  const contribution = await findContribution(reader, input.topUpOf);
  if (contribution?.userId !== input.userId) throw new ScripError("not_found", "You have no such contribution.");
  if (contribution.state !== "open") {
    throw new ScripError(
      "state_conflict",
      `This contribution is ${contribution.state} and can't be topped up any more.`,
    );
  }
  const { quotaLeftNanos } = await getPoolKey(reader, ctx, { poolKeyId: contribution.poolKeyId });
  if (quotaLeftNanos === null) throw new ScripError("state_conflict", "The quota of this contribution isn't known.");
  return { contribution, leftNanos: quotaLeftNanos };
}

/**
 * Whether a key could be contributed, before its provider is asked: policy, limits, and that nobody did so before. Seals the
 * key; `baseUrls` are providers' addresses from the environment.
 *
 * Errors: `provider_not_allowed` with the provider's note; `rate_limit_exceeded`; `duplicate_key` where the key is in the
 * pool, whoever brought it; for a top-up `not_found`, `state_conflict`, or `key_invalid` where it isn't its key.
 */
export async function planQuote(
  reader: Tx,
  ctx: Ctx,
  input: QuoteInput,
  baseUrls: ReadonlyMap<string, string>,
): Promise<QuotePlan> {
  const { userId, provider, secret, declaredNanos } = input;
  const policy = await findPolicy(reader, await readSettings(reader), provider);
  const reference = await findReference(reader, ctx, policy);
  const address = addressOf(policy, baseUrls);
  await requireDailyRoom(reader, ctx, userId, policy.settings.contributions_per_day);
  const topUp = await planTopUp(reader, ctx, input);
  const id = newUuid(ctx.nowMs);
  const newKey = sealNewKey({ id, provider, secret });
  const prints = knownKeyPrints(provider, secret);
  const isKnown = await isKeyInPool(reader, prints);
  if (isKnown && !topUp) throw new ScripError("duplicate_key", "This key has been contributed already.");
  if (topUp && !(await isSameKey(reader, topUp.contribution.poolKeyId, prints))) {
    throw new ScripError("key_invalid", "This isn't the key of that contribution.");
  }
  return { id, userId, provider, policy, reference, address, newKey, declaredNanos, topUp };
}
