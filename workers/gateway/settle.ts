import type { SettleOutcome } from "../../lib/ledger";
import { rateRequest } from "../../lib/metering";
import { formatCredits } from "../../lib/money";
import type { Usage } from "../../lib/pricing";
import type { Classification } from "../../lib/providers";
import type { Admitted } from "./admit";
import type { Ending, Job } from "./job";
import type { Counted, UsageBounds, UsageReading } from "./protocol";
import { boundsOf } from "./reserve";

/** Reported input may be so much more than the request's bytes allow: suppliers put words of their own before it. */
const INPUT_MARGIN = 8_192;
const INPUT_TIMES = 2;
/** The largest output of any model, where a model's window isn't known. Units: tokens. */
const OUTPUT_MAX = 2_000_000;

/** What a report of this request's usage can't honestly be outside of. */
export function usageBounds({ ask, model }: Admitted): UsageBounds {
  return {
    inputMax: ask.inputBound * INPUT_TIMES + INPUT_MARGIN,
    outputMax: ask.choices * Math.max(model.contextTokens ?? OUTPUT_MAX, ask.outputAsked ?? 0) + ask.outputBeyond,
  };
}

/** What a request is taken to have used, and whether that is our own count. */
export type Taken = { usage: Usage; isEstimated: boolean };

/** A count that failed must not make the reply free: what it can't be more than takes its place. */
function uncounted({ gateway, exchange }: Job, error: unknown, atMost: number): number {
  gateway.log.error({ error, request: exchange.publicId, atMost }, "tokens couldn't be counted; taken for the most");
  return atMost;
}

/** Our own count of the input. Never more than the bytes allow; never fails. */
export async function countInput(job: Job): Promise<number> {
  const { gateway, protocol, admitted } = job;
  const most = boundsOf(admitted).inputTokens;
  try {
    return Math.min(await gateway.tokens.count(admitted.model.upstreamModel, protocol.tokens(admitted.ask)), most);
  } catch (error) {
    return uncounted(job, error, most);
  }
}

/** Our own count of texts that were put out. No token is shorter than a byte; never fails. */
export async function countOutput(job: Job, texts: string[]): Promise<number> {
  const { gateway, admitted } = job;
  try {
    return await gateway.tokens.count(admitted.model.upstreamModel, { texts, overhead: 0 });
  } catch (error) {
    return uncounted(
      job,
      error,
      texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0),
    );
  }
}

/** The supplier's figures where they can be believed, else our own count of what went in and came out. */
export async function takeUsage(job: Job, reading: UsageReading, produced: () => string[]): Promise<Taken> {
  job.answered();
  if (reading.outcome === "reported") return { usage: reading.usage, isEstimated: false };
  const { gateway, exchange, admitted } = job;
  gateway.metrics.estimated(reading.outcome);
  if (reading.outcome === "incredible") {
    gateway.log.warn(
      { request: exchange.publicId, poolKey: job.key.id, model: admitted.model.id },
      "a usage report can't be true",
    );
  }
  const inputTokens = await countInput(job);
  const outputTokens = await countOutput(job, produced());
  return {
    usage: { meters: { input_tokens: inputTokens, output_tokens: outputTokens }, kinds: {} },
    isEstimated: true,
  };
}

export const countedOf = ({ meters }: Usage): Counted => ({
  inputTokens: Number(meters.input_tokens ?? 0),
  outputTokens: Number(meters.output_tokens ?? 0),
});

/** What a settlement came to: the credits as the reply shows them. */
export type Settled = { credits: string; outcome: SettleOutcome };

/** Charge the request for what it used, once; resolves after the commit. */
export async function settle(
  job: Job,
  { usage, isEstimated }: Taken,
  ending: Ending,
  meaning?: Classification,
): Promise<Settled> {
  const { gateway, exchange, admitted, key } = job;
  const rated = rateRequest(admitted.terms, usage, key);
  const { inputTokens, outputTokens } = countedOf(usage);
  job.tokensUsed = inputTokens + outputTokens;
  job.finish(meaning, rated.costNanos);
  const outcome = await gateway.books.settle({
    hold: exchange.id,
    chargeMicros: rated.chargeMicros,
    costNanos: rated.costNanos,
    end: job.end(ending, rated, isEstimated),
  });
  if (outcome.outcome === "settled") {
    gateway.metrics.charged(outcome.chargedMicros, outcome.overrunMicros);
    if (outcome.overrunMicros > 0n) {
      const overrun = formatCredits(outcome.overrunMicros);
      gateway.log.error({ request: exchange.publicId, overrun }, "a request used more than could be charged");
    }
  }
  return { credits: formatCredits(outcome.chargedMicros), outcome };
}
