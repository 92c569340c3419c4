import { type Micros, micros } from "../../lib/money";
import { ScripError } from "../../lib/errors";
import { credits } from "../../lib/http";
import type { ReserveOutcome, UsageEnd } from "../../lib/ledger";
import type { RequestContext } from "./request-context";
import type { Protocol } from "./protocol";
import type { Log } from "../../lib/log";

/** How an end came about, in the words of the usage record. */
export type Ending = Pick<UsageEnd, "status" | "httpStatus" | "errorCode">;

/** The refusal of an account that owes. */
export function inDebt(debtMicros: Micros): ScripError {
  return new ScripError("account_in_debt", "The account owes credits. Add credits to go on.", {
    members: { debt: credits(debtMicros) },
  });
}

/** The refusal of a balance that is too small. */
export function tooLittle(neededMicros: Micros, spendableMicros: Micros): ScripError {
  return new ScripError(
    "insufficient_credits",
    "The balance doesn't cover this request. Add credits or ask for less.",
    {
      members: { needed: credits(neededMicros), available: credits(spendableMicros) },
    },
  );
}

/** The refusal of a request that would go over a budget. */
export function overBudget({ leg, used, held }: Extract<ReserveOutcome, { outcome: "over_limit" }>): ScripError {
  const show = (amount: bigint): unknown => (leg.unit === "micros" ? credits(micros(amount)) : String(amount));
  const limit = leg.limit ?? 0n;
  const left = limit - used - held;
  return new ScripError("budget_exceeded", "This request would go over a budget.", {
    members: {
      used: show(used + held),
      needed: show(leg.amount),
      limit: show(limit),
      remaining: show(left > 0n ? left : 0n),
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

/** Answer with a refusal in the protocol's shape. What isn't a refusal is a 500 that shows nothing of its text. */
export function sendRefusal(context: RequestContext, error: Protocol["error"], thrown: unknown, log: Log): void {
  const { publicId, response } = context;
  let refusal = thrown instanceof ScripError ? thrown : null;
  if (!refusal) {
    log.error({ error: thrown, request: publicId }, "a request failed");
    refusal = new ScripError(
      "internal_error",
      `Something went wrong on our side. Tell support the request id ${publicId}.`,
    );
  }
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
