import { formatCredits, type Micros, micros } from "../../lib/money";
import { ScripError } from "../../lib/errors";
import { credits } from "../../lib/http";
import type { ReserveOutcome, UsageEnd } from "../../lib/ledger";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";
import type { Protocol } from "./protocol";
import type { Log } from "../../lib/log";

/** How an end came about, in the words of the usage record. */
export type Ending = Pick<UsageEnd, "status" | "httpStatus" | "errorCode">;

/** Where people add credits. */
type Where = Pick<Gateway, "buyUrl">;

/** What to do about a balance that is too small, with the address where that is known. */
export const addCredits = ({ buyUrl }: Where): string => (buyUrl === null ? "Add credits" : `Add credits at ${buyUrl}`);

/** An amount as people say it: "1 credit", "7.5 credits". */
const said = (amount: Micros): string => `${formatCredits(amount)} credit${formatCredits(amount) === "1" ? "" : "s"}`;

/** The refusal of an account that owes. */
export function inDebt(where: Where, debtMicros: Micros): ScripError {
  const message = `The account owes ${said(debtMicros)}. ${addCredits(where)} to go on.`;
  return new ScripError("account_in_debt", message, {
    members: { debt: credits(debtMicros), top_up_url: where.buyUrl },
  });
}

/**
 * The refusal of a balance that is too small. `affordableTokens` is how much output of each choice it would pay for; null where
 * nobody counted.
 */
export function tooLittle(
  where: Where,
  { neededMicros, spendableMicros }: { neededMicros: Micros; spendableMicros: Micros },
  affordableTokens: number | null = null,
): ScripError {
  const isEnoughForLess = affordableTokens !== null && affordableTokens > 0;
  const less = isEnoughForLess ? `, or ask for at most ${affordableTokens} output tokens` : "";
  const message = `Insufficient credits: this request needs ${said(neededMicros)}, ${formatCredits(spendableMicros)} available. ${addCredits(where)}${less}.`;
  return new ScripError("insufficient_credits", message, {
    members: {
      needed: credits(neededMicros),
      available: credits(spendableMicros),
      ...(affordableTokens !== null && { affordable_output_tokens: Math.max(0, affordableTokens) }),
      top_up_url: where.buyUrl,
    },
  });
}

/** The refusal of a request that would go over a budget. */
export function overBudget({ leg, used, held }: Extract<ReserveOutcome, { outcome: "over_limit" }>): ScripError {
  const show = (amount: bigint): unknown => (leg.unit === "micros" ? credits(micros(amount)) : String(amount));
  const inWords = (amount: bigint): string => (leg.unit === "micros" ? said(micros(amount)) : `${amount} requests`);
  const limit = leg.limit ?? 0n;
  const left = limit - used - held;
  const remaining = left > 0n ? left : 0n;
  const message = `This request needs ${inWords(leg.amount)}, and ${inWords(remaining)} of a budget of ${inWords(limit)} are left.`;
  return new ScripError("budget_exceeded", message, {
    members: {
      used: show(used + held),
      needed: show(leg.amount),
      limit: show(limit),
      remaining: show(remaining),
      period: leg.period,
    },
  });
}

/** The refusal of a request that this gateway doesn't finish. */
export const abandoned = (details: { retry?: boolean; retryAfterS?: number } = {}): ScripError =>
  new ScripError("unavailable", "The request was given up. Try again.", details);

/** Why a stream ended; it is `unfinished` where its supplier ended it in good order, but without what ends a reply. */
export type StreamEnd = "complete" | "cut" | "unfinished" | "left" | "short" | "late" | "given_up";

/** The refusal that a stream's caller is sent where it didn't end by itself, and what its usage record says. */
export const BROKEN_STREAM: Record<Exclude<StreamEnd, "complete" | "left">, { refusal: ScripError; ending: Ending }> = {
  cut: ending("upstream_error", "The supplier broke the reply off. What was delivered is charged.", 502),
  unfinished: ending("upstream_error", "The supplier ended the reply too early. What was delivered is charged.", 502),
  late: ending("upstream_timeout", "The reply took longer than a stream may. What was delivered is charged.", 504),
  given_up: ending("unavailable", "The reply was given up. What had been delivered was charged.", 503),
  short: ending("insufficient_credits", "The balance is used up. What was delivered is charged.", 402),
};
function ending(code: ConstructorParameters<typeof ScripError>[0], message: string, httpStatus: number) {
  const refusal = new ScripError(code, message, { retry: false });
  return { refusal, ending: { status: "interrupted" as const, httpStatus, errorCode: code } };
}

/** The refusal that was thrown; what isn't one is a 500 that shows nothing of its text. */
export function refusalOf({ publicId }: RequestContext, thrown: unknown): ScripError {
  if (thrown instanceof ScripError) return thrown;
  return new ScripError("internal_error", `Something went wrong on our side. Tell support the request id ${publicId}.`);
}

/** Answer with a refusal in the protocol's shape. */
export function sendRefusal(context: RequestContext, error: Protocol["error"], thrown: unknown, log: Log): void {
  const { publicId, response } = context;
  if (!(thrown instanceof ScripError)) log.error({ error: thrown, request: publicId }, "a request failed");
  const refusal = refusalOf(context, thrown);
  if (response.headersSent) {
    // Half a reply is out: the connection's end tells that it isn't whole.
    response.destroy();
    return;
  }
  const { retryAfterS } = refusal.details;
  context.sendJson(refusal.status, error.body(refusal), {
    "x-should-retry": String(refusal.retry),
    ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
  });
}
