import type { CardVersion } from "../../lib/catalog";
import { ScripError } from "../../lib/errors";
import type { LeaseTerm, ReserveOutcome, UsageDraft } from "../../lib/ledger";
import { factorsOf, worstCharge } from "../../lib/usage";
import { type Decimal, type Micros, ZERO_MICROS } from "../../lib/money";
import type { ChosenKey } from "../../lib/pool";
import { type Bounds, outputTokensAffordable } from "../../lib/pricing";
import { type Tokenizer, tokenizerOf, UNKNOWN_TOKENIZER } from "../../lib/providers";
import { type Admitted, needsOf } from "./admit";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { Protocol } from "./protocol";
import { bytesAtMost } from "./tokens/token-ceiling";
import { inDebt, overBudget, tooLittle } from "./refusals";

/** What was set aside for a request, and the bound that its output got for it. */
export type Reservation = {
  holdMicros: Micros;
  /** What the hold was made under: once it isn't valid any more, others may have ended the hold. */
  lease: LeaseTerm;
  /** Output tokens of one choice that the supplier is told to keep within; null where the request says its own. */
  outputCap: number | null;
};

const TRIES_MAX = 4;
/** A reply that is worth having: a balance that pays for less is too small. Units: output tokens. */
const OUTPUT_WORTHWHILE = 256;
/** The longest reply of a model whose window isn't known. Units: output tokens. */
const OUTPUT_LONGEST = 65_536;
/** English text, as tokenizers cut it. */
export const BYTES_PER_TOKEN = 4;

/** Whether the model puts out more than is to be seen: then neither a running count nor one of ours says what it used. */
export const reasons = ({ capabilities }: Admitted["model"]): boolean => capabilities.includes("reasoning");

type Place = Pick<ChosenKey, "baseUrl" | "upstreamModel">;

/**
 * How the supplier that a key is for counts. A channel's own address may be a relay to anybody, and a channel's own name
 * for the model may be another model's: then nothing is known of it.
 */
export function tokenizerFor({ model }: Admitted, { baseUrl, upstreamModel }: Place): Tokenizer {
  const own = tokenizerOf(model.provider, model.upstreamModel);
  if (baseUrl !== null) return UNKNOWN_TOKENIZER;
  if (upstreamModel === null) return own;
  return tokenizerOf(model.provider, upstreamModel).vocabulary === own.vocabulary ? own : UNKNOWN_TOKENIZER;
}

/** How whoever serves in the end counts, after a failover too: nothing is known where nothing is known of one of them. */
function tokenizerForAny({ pool }: Gateway, admitted: Admitted, key: ChosenKey): Tokenizer {
  const isUnknown = (place: Place): boolean => tokenizerFor(admitted, place) === UNKNOWN_TOKENIZER;
  return pool.places(needsOf(admitted)).some(isUnknown) ? UNKNOWN_TOKENIZER : tokenizerFor(admitted, key);
}

/** The most that the request may use. A context window bounds both sides of it. */
export function boundsOf({ parsed, model }: Admitted, tokenizer = UNKNOWN_TOKENIZER): Bounds {
  const window = model.contextTokens ?? Number.POSITIVE_INFINITY;
  const growth = bytesAtMost(tokenizer, parsed.bytes, parsed.large?.look) - parsed.bytes.length;
  return {
    inputTokens: Math.min(parsed.inputBound + growth, window),
    outputTokens: Math.min(parsed.outputAsked ?? model.defaultOutputCap, window) + parsed.outputOverheadTokens,
    choices: parsed.choices,
  };
}

/** Units: tokens. */
const INPUT_STEP = 256;
const KNOWN_MAX = 4_096;
/** Worst cases by card, where they depend on nothing but these numbers: traffic repeats them. */
const known = new WeakMap<CardVersion, Map<string, Micros>>();

function rateWorst({ terms }: Admitted, bounds: Bounds, discount: Decimal): Micros {
  const worst = worstCharge(terms, bounds, discount);
  if (worst.outcome === "bounded") return worst.chargeMicros;
  throw new ScripError("unpriced_parameters", `There is no price for: ${worst.parameters.join(", ")}.`, {
    members: { parameters: worst.parameters },
  });
}

/** The worst case in credits. Errors: `ScripError` unpriced_parameters. */
export function worstOf(admitted: Admitted, bounds: Bounds, discount: Decimal): Micros {
  const { price, userDiscount } = admitted.terms;
  if (price.card.table || price.card.fields.length > 0) return rateWorst(admitted, bounds, discount);
  const decimals = `${discount.digits}/${discount.scale}*${userDiscount.digits}/${userDiscount.scale}`;
  const name = `${bounds.inputTokens}+${bounds.outputTokens}*${bounds.choices}*${decimals}`;
  let ofCard = known.get(price);
  if (!ofCard || ofCard.size >= KNOWN_MAX) known.set(price, (ofCard = new Map<string, Micros>()));
  const found = ofCard.get(name);
  if (found !== undefined) return found;
  const worst = rateWorst(admitted, bounds, discount);
  ofCard.set(name, worst);
  return worst;
}

function draftOf(protocol: Protocol, admitted: Admitted, key: ChosenKey, inputMax: number): UsageDraft {
  const { parsed, model, terms } = admitted;
  return {
    protocol: protocol.name,
    mode: "token",
    model: model.id,
    provider: model.provider,
    upstreamModel: key.upstreamModel ?? model.upstreamModel,
    channel: key.channelId,
    keyOwner: key.ownerId,
    priceCard: terms.price.id,
    costCard: terms.cost?.id ?? null,
    inputTokens: Math.min(Math.ceil(parsed.bytes.length / BYTES_PER_TOKEN), inputMax),
    streamed: parsed.isStreamed,
  };
}

function refusalOf(gateway: Gateway, outcome: Exclude<ReserveOutcome, { outcome: "held" | "short" }>): ScripError {
  switch (outcome.outcome) {
    case "debt":
      return inDebt(gateway, outcome.debtMicros);
    case "over_limit":
      return overBudget(outcome);
    case "repeated":
    case "ended":
      return new ScripError("unavailable", "The request couldn't be booked. Try again.", { retryAfterS: 1 });
  }
}

/** The most that the input can be: exact where the supplier counts as we do, and images as large as they get. */
async function countInput(
  { tokens }: Gateway,
  protocol: Protocol,
  { parsed, caller }: Admitted,
  tokenizer: Tokenizer,
): Promise<number> {
  return (
    (await tokens.inputAtMost(protocol, parsed, { account: caller.user.id, tokenizer })) + parsed.inputOverheadTokens
  );
}

/** A reply without a bound that can't be cut where its hold ends: it comes whole, or its output isn't all to be seen. */
const isUnstoppable = ({ parsed, model }: Admitted): boolean =>
  parsed.outputAsked === null && (!parsed.isStreamed || reasons(model));

type First = { bounds: Bounds; outputCap: number | null };

/**
 * What is set aside at first. A reply that can't be stopped could run on beyond the model's default bound: an account that
 * could pay for the longest one has that set aside and is left alone; another gets the default bound.
 */
async function firstBounds({ balances }: Gateway, admitted: Admitted, full: Bounds, discount: Decimal): Promise<First> {
  const { parsed, model, caller } = admitted;
  // Rounded up, so that requests of about one size share a worst case; counting is exact again.
  const bounds = { ...full, inputTokens: Math.ceil(full.inputTokens / INPUT_STEP) * INPUT_STEP };
  if (!isUnstoppable(admitted)) return { bounds, outputCap: null };
  const longest = { ...bounds, outputTokens: (model.contextTokens ?? OUTPUT_LONGEST) + parsed.outputOverheadTokens };
  const balance = await balances.recent(caller.user.walletId).catch(() => null);
  const canPay = balance !== null && balance.spendableMicros >= 2n * worstOf(admitted, longest, discount);
  return canPay ? { bounds: longest, outputCap: null } : { bounds, outputCap: model.defaultOutputCap };
}

/**
 * Set the worst case aside, together with the record of the first attempt.
 *
 * The input is bounded from its bytes; only where that doesn't fit the balance it is counted, and only where that
 * doesn't fit either the output is bounded to what can be paid, down to min(asked, 256) tokens.
 * Errors: `ScripError` insufficient_credits, account_in_debt, budget_exceeded, unavailable.
 */
export async function reserve(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  admitted: Admitted,
  { key, discount }: { key: ChosenKey; discount: Decimal },
): Promise<Reservation> {
  const { parsed, caller, terms } = admitted;
  const tokenizer = tokenizerForAny(gateway, admitted, key);
  const full = boundsOf(admitted, tokenizer);
  let { bounds, outputCap } = await firstBounds(gateway, admitted, full, discount);
  let spendableMicros: Micros | null = null;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const holdMicros = worstOf(admitted, bounds, discount);
    const outcome = await gateway.books.reserve({
      hold: context.id,
      wallet: caller.user.walletId,
      apiKey: caller.key.id,
      amountMicros: holdMicros,
      legs: [],
      arrivedMs: context.arrivedMs,
      draft: draftOf(protocol, admitted, key, full.inputTokens),
      poolKey: key.id,
    });
    if (outcome.outcome === "held") return { holdMicros, lease: outcome.lease, outputCap };
    if (outcome.outcome !== "short") throw refusalOf(gateway, outcome);
    spendableMicros = outcome.spendableMicros;
    const inputTokens: number =
      tries === 0
        ? Math.min(full.inputTokens, await countInput(gateway, protocol, admitted, tokenizer))
        : bounds.inputTokens;
    const counted = { ...full, inputTokens };
    const request = {
      card: terms.price.card,
      bounds: counted,
      facts: terms.facts,
      factors: factorsOf(terms, discount),
    };
    const payable = (outputTokensAffordable(request, spendableMicros) ?? 0) - parsed.outputOverheadTokens;
    const asked = full.outputTokens - parsed.outputOverheadTokens;
    if (payable < Math.min(asked, OUTPUT_WORTHWHILE)) {
      const neededMicros = worstOf(admitted, counted, discount);
      throw tooLittle(gateway, { neededMicros, spendableMicros }, payable);
    }
    bounds = { ...counted, outputTokens: payable + parsed.outputOverheadTokens };
    if (isUnstoppable(admitted)) outputCap = asked;
    if (payable < asked) outputCap = payable;
  }
  const neededMicros = worstOf(admitted, bounds, discount);
  throw tooLittle(gateway, { neededMicros, spendableMicros: spendableMicros ?? ZERO_MICROS });
}
