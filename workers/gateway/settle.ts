import type { Settle, SettleOutcome } from "../../lib/ledger";
import type { StoredReply } from "../../lib/idempotency";
import { type RatedRequest, rateServed } from "../../lib/usage";
import { formatCredits, type Nanos, NANOS_PER_USD } from "../../lib/money";
import type { Usage } from "../../lib/pricing";
import type { Classification } from "../../lib/providers";
import type { Admitted } from "./admit";
import type { InFlightRequest } from "./in-flight-request";
import type { Counted, UsageBounds, UsageReading } from "./protocol";
import { boundsOf, tokenizerFor } from "./reserve";
import type { Ending } from "./refusals";

/** Reported input may be so much more than the request's bytes allow: suppliers put words of their own before it. */
const INPUT_MARGIN = 8_192;
const INPUT_TIMES = 2;
/** The largest output of any model, where a model's window isn't known. Units: tokens. */
const OUTPUT_MAX = 2_000_000;

/** What a report of this request's usage can't honestly be outside of. */
export function usageBounds({ parsed, model }: Admitted): UsageBounds {
  return {
    inputMax: parsed.inputBound * INPUT_TIMES + INPUT_MARGIN,
    outputMax:
      parsed.choices * Math.max(model.contextTokens ?? OUTPUT_MAX, parsed.outputAsked ?? 0) +
      parsed.outputOverheadTokens,
  };
}

/** What a request is taken to have used, and whether that is our own count. */
export type Taken = { usage: Usage; isEstimated: boolean; costNanos: Nanos | null };

/** A count that failed must not make the reply free: what it can't be more than takes its place. */
function uncounted({ gateway, context }: InFlightRequest, error: unknown, atMost: number): number {
  gateway.log.error({ error, request: context.publicId, atMost }, "tokens couldn't be counted; taken for the most");
  return atMost;
}

/** Our own count of the input. Never more than the bytes allow; never fails. */
export async function countInput(inFlight: InFlightRequest): Promise<number> {
  const { gateway, protocol, admitted } = inFlight;
  try {
    const tokenizer = tokenizerFor(admitted, inFlight.key);
    const of = { account: admitted.caller.user.id, tokenizer };
    const estimate = await gateway.tokens.inputEstimate(protocol, admitted.parsed, of);
    return Math.min(estimate, boundsOf(admitted, tokenizer).inputTokens);
  } catch (error) {
    return uncounted(inFlight, error, boundsOf(admitted).inputTokens);
  }
}

/** Our own count of texts that were put out. No token is shorter than a byte; never fails. */
export async function countOutput(inFlight: InFlightRequest, texts: string[]): Promise<number> {
  const { gateway, admitted, key } = inFlight;
  try {
    return await gateway.tokens.estimate(tokenizerFor(admitted, key), { texts, overhead: 0 });
  } catch (error) {
    return uncounted(
      inFlight,
      error,
      texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0),
    );
  }
}

/** The supplier's figures where they can be believed, else our own count of what went in and came out. */
export async function takeUsage(
  inFlight: InFlightRequest,
  reading: UsageReading,
  produced: () => string[],
): Promise<Taken> {
  inFlight.answered();
  if (reading.outcome === "reported") {
    return { usage: reading.usage, isEstimated: false, costNanos: reading.costNanos };
  }
  const { gateway, context, admitted } = inFlight;
  gateway.metrics.estimated(reading.outcome);
  if (reading.outcome === "incredible") {
    gateway.log.warn(
      { request: context.publicId, poolKey: inFlight.key.id, model: admitted.model.id },
      "a usage report can't be true",
    );
  }
  const inputTokens = await countInput(inFlight);
  const outputTokens = await countOutput(inFlight, produced());
  return {
    usage: { meters: { input_tokens: inputTokens, output_tokens: outputTokens }, kinds: {} },
    isEstimated: true,
    costNanos: null,
  };
}

export const countedOf = ({ meters }: Usage): Counted => ({
  inputTokens: Number(meters.input_tokens ?? 0),
  outputTokens: Number(meters.output_tokens ?? 0),
});

/** What a settlement came to: the credits as the reply shows them, and the result with them. */
export type Settled = { outcome: SettleOutcome; credits: string; reply: StoredReply | null };

type Settling = {
  /** What the attempt means for its key. */
  meaning?: Classification | undefined;
  /** Whether some of the reply has left already. */
  isDelivered?: boolean;
  /** The result with its credits; null where there is none. */
  replyWith?: (credits: string) => StoredReply | null;
};

/**
 * Charge the request for what it used, once; resolves after the commit.
 *
 * The result for an idempotency key is kept before: whoever dies after the commit has it, and it is given to nobody before.
 */
export async function settle(
  inFlight: InFlightRequest,
  taken: Taken,
  ending: Ending,
  { meaning, isDelivered = false, replyWith = () => null }: Settling = {},
): Promise<Settled> {
  const { gateway, context } = inFlight;
  const settlement = settlementOf(inFlight, taken, ending, meaning);
  const asked = formatCredits(settlement.chargeMicros);
  let reply = context.storeReply && replyWith(asked);
  let isStored = reply === null || (await context.storeReply?.(reply)) === true;
  context.isBooked = true;
  const outcome = await gateway.books.settle({ ...settlement, isDelivered });
  noteCharge(inFlight, outcome);
  const credits = formatCredits(outcome.chargedMicros);
  if (reply === null || credits !== asked) {
    reply = replyWith(credits);
    isStored = false;
  }
  if (!isStored && reply && outcome.outcome !== "closed") await context.storeReply?.(reply);
  return { outcome, credits, reply };
}

/** A bill that is so many times what the card says isn't one. */
const REPORTED_TIMES_MAX = 100n;
const REPORTED_MIN = NANOS_PER_USD / 1_000n;

/** The cost that the supplier itself reported, where it can be true, in the place of the card's. */
function withReportedCost(rated: RatedRequest, reported: Nanos | null): RatedRequest {
  const base = rated.costNanos > REPORTED_MIN ? rated.costNanos : REPORTED_MIN;
  if (reported === null || reported > base * REPORTED_TIMES_MAX) return rated;
  return { ...rated, costNanos: reported, costBreakdown: [] };
}

function settlementOf(
  inFlight: InFlightRequest,
  { usage, isEstimated, costNanos: reported }: Taken,
  ending: Ending,
  meaning?: Classification,
): Settle {
  const { context, admitted, key } = inFlight;
  const bound = { served: inFlight.served, atMostMicros: inFlight.reservation.holdMicros };
  const rated = withReportedCost(rateServed(admitted.terms, usage, key, bound), reported);
  const { inputTokens, outputTokens } = countedOf(usage);
  inFlight.tokensUsed = inputTokens + outputTokens;
  inFlight.finish(meaning, rated.costNanos);
  const { chargeMicros, costNanos } = rated;
  return { hold: context.id, chargeMicros, costNanos, end: inFlight.end(ending, rated, isEstimated) };
}

function noteCharge({ gateway, context }: InFlightRequest, outcome: SettleOutcome): void {
  if (outcome.outcome === "closed") return;
  const { chargedMicros, overrunMicros } = outcome;
  gateway.metrics.charged(chargedMicros, overrunMicros);
  if (outcome.outcome === "late") {
    const charged = formatCredits(chargedMicros);
    gateway.log.warn({ request: context.publicId, charged }, "a request whose hold others had ended is charged late");
  }
  if (overrunMicros > 0n) {
    const overrun = formatCredits(overrunMicros);
    gateway.log.error({ request: context.publicId, overrun }, "a request used more than could be charged");
  }
}
