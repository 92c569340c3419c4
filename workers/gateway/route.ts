import type { Tried } from "./answer";
import { tryKey } from "./attempt";
import { type Decimal, ZERO_NANOS } from "../../lib/money";
import type { Gateway } from "./gateway-state";
import { type Admitted, needsOf } from "./admit";
import type { Uuid } from "../../lib/ids";
import { nowMs } from "../../lib/time";
import { ScripError } from "../../lib/errors";
import { abandoned, inDebt, tooLittle } from "./refusals";
import { worstOf } from "./reserve";
import type { Choice, ChosenKey } from "../../lib/pool";
import type { InFlightRequest } from "./in-flight-request";
import { LIMITS } from "./limits";

export type Failed = Extract<Tried, { outcome: "failed" }>;
const UNIT: Decimal = { digits: 1n, scale: 0 };
/** When to come back to a provider that is switched off. */
const OFF_MS = 60_000;

/** Whether an operator switched the model's provider off. */
const isOff = ({ config }: Gateway, { model }: Admitted): boolean =>
  config.settings().switches.providers_off.includes(model.provider);

function chooseKey(gateway: Gateway, admitted: Admitted, exclude: readonly Uuid[]): Choice {
  if (isOff(gateway, admitted)) return { outcome: "none", retryAfterMs: OFF_MS };
  return gateway.pool.choose({ ...needsOf(admitted), exclude, nowMs: nowMs() });
}

/** The highest factor of the channels that may serve. */
export const maxDiscountOf = ({ pool }: Gateway, admitted: Admitted): Decimal =>
  pool.maxDiscount(needsOf(admitted)) ?? UNIT;

/** No key is there for the model, and waiting brings none. */
function unavailable({ model, caller }: Admitted): ScripError {
  const who = caller.key.channels.length > 0 ? "None of this API key's channels serves" : "No supplier serves";
  const message = `${who} '${model.id}' at present, and trying again won't help. Nothing is charged; use another model: GET /v1/models lists those that are available first.`;
  return new ScripError("no_capacity", message, { retry: false });
}

/** Nobody can serve this now; what the account lacks would come first. */
async function noCapacity(gateway: Gateway, admitted: Admitted, retryAfterMs: number): Promise<ScripError> {
  const balance = await gateway.balances.recent(admitted.caller.user.walletId).catch(() => null);
  if (balance && balance.debtMicros > 0n) return inDebt(gateway, balance.debtMicros);
  const neededMicros = worstOf(
    admitted,
    { inputTokens: 1, outputTokens: 1, choices: admitted.parsed.choices },
    maxDiscountOf(gateway, admitted),
  );
  if (balance && balance.spendableMicros < neededMicros) {
    return tooLittle(gateway, { neededMicros, spendableMicros: balance.spendableMicros });
  }
  if (!isOff(gateway, admitted) && !gateway.pool.canServe(needsOf(admitted))) return unavailable(admitted);
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const message = isOff(gateway, admitted)
    ? "The supplier of this model is switched off for a while. Try again later, or use another model."
    : "No supplier can serve this model at the moment. Try again shortly.";
  return new ScripError("no_capacity", message, { retryAfterS });
}

/** The key of the first attempt. Errors: `ScripError` no_capacity, or what the account lacks. */
export async function chooseFirstKey(gateway: Gateway, admitted: Admitted): Promise<ChosenKey> {
  const chosen = chooseKey(gateway, admitted, []);
  if (chosen.outcome === "none") throw await noCapacity(gateway, admitted, chosen.retryAfterMs);
  return chosen.key;
}

/** Whether the supplier failed, rather than refused that key. */
const isFault = ({ forKey, outcome }: Failed["meaning"]): boolean =>
  forKey.action === "fault" || outcome === "unreadable" || outcome === "redirected";

/** A supplier that fails, and a request that is above the limits of keys, would go through all of them. */
const isBounded = (meaning: Failed["meaning"]): boolean =>
  isFault(meaning) || meaning.outcome === "above_limit" || meaning.outcome === "bad_request";

/** What the caller is told when every try failed. */
function exhausted({ meaning }: Failed, inFlight: InFlightRequest, retryAfterMs: number): ScripError {
  const details = inFlight.isDispatched ? { retry: false } : {};
  if (meaning.outcome === "timeout") {
    return new ScripError("upstream_timeout", "The supplier didn't answer in time. Nothing is charged.", details);
  }
  if (isFault(meaning)) {
    return new ScripError("upstream_error", "The supplier failed to answer. Nothing is charged.", details);
  }
  if (meaning.outcome === "bad_request") {
    const message = "The supplier refused this request. Nothing is charged; change it before you send it again.";
    return new ScripError("invalid_request", message, { retry: false });
  }
  const { gateway, admitted } = inFlight;
  if (!gateway.pool.canServe(needsOf(admitted))) return unavailable(admitted);
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const message =
    meaning.outcome === "above_limit"
      ? "The request asks for more tokens than suppliers take at once. Nothing is charged; ask for less."
      : "No supplier can serve this model at the moment. Nothing is charged; try again shortly.";
  return new ScripError("no_capacity", message, { ...details, retryAfterS });
}

/**
 * Try keys until one answers: each once, recorded before it is used, within the time left. A key that is refused says
 * nothing of the next one, up to `attemptsMax`; what `isBounded` tells is met `faultsMax` times at most.
 */
export async function route(inFlight: InFlightRequest): Promise<Tried> {
  const { gateway, context, admitted } = inFlight;
  const tried: Uuid[] = [];
  let faults = 0;
  for (;;) {
    if (inFlight.isFenced) throw abandoned({ retryAfterS: 1 });
    inFlight.start(inFlight.key);
    const outcome = await tryKey(inFlight);
    if (outcome.outcome !== "failed") return outcome;
    inFlight.finish(outcome.meaning);
    if (outcome.meaning.forRequest === "surface") return outcome;
    tried.push(inFlight.key.id);
    if (isBounded(outcome.meaning)) faults++;
    const isSpent = faults >= LIMITS.faultsMax || tried.length >= LIMITS.attemptsMax;
    const hasTime = context.elapsedMs() < gateway.timings.firstByteMs;
    const next = chooseKey(gateway, admitted, tried);
    const retryAfterMs = next.outcome === "none" ? next.retryAfterMs : 1_000;
    if (context.isDisconnected) return { outcome: "left" };
    if (next.outcome === "none" || isSpent || !hasTime) {
      throw exhausted(outcome, inFlight, retryAfterMs);
    }
    await recordNext(inFlight, next.key, outcome);
  }
}

/** A crash from here on leaves an open reservation that names this key, never a call that nobody knows of. */
async function recordNext(inFlight: InFlightRequest, key: ChosenKey, { meaning }: Failed): Promise<void> {
  const n = inFlight.attempts.length + 1;
  const previousCostNanos = inFlight.attempts.at(-1)?.costNanos ?? ZERO_NANOS;
  const recorded = await inFlight.gateway.books.attempt({
    hold: inFlight.context.id,
    n,
    poolKey: key.id,
    previousOutcome: meaning.outcome,
    previousCostNanos,
  });
  if (recorded.outcome === "closed") throw abandoned();
  inFlight.key = key;
}
