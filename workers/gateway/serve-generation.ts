import { ScripError } from "../../lib/errors";
import { type Decimal, ZERO_NANOS } from "../../lib/money";
import type { Choice, ChosenKey } from "../../lib/pool";
import { headersToCaller, scrubText } from "../../lib/providers";
import { nowMs } from "../../lib/time";
import type { Uuid } from "../../lib/ids";
import { admit, type Admitted, debtOf, inDebt, needsOf, requireGoodStanding } from "./admit";
import { admitCaller } from "./admit-caller";
import { tryKey, type Tried } from "./attempt";
import type { Caller } from "./callers";
import { readSecret } from "./credentials";
import type { Exchange } from "./exchange";
import type { Gateway } from "./gateway-state";
import { givenUp, Job } from "./job";
import { LIMITS } from "./limits";
import { parseBody } from "./parse-body";
import type { Ask, Protocol } from "./protocol";
import type { Admission } from "./rates";
import { readBody } from "./read-body";
import { BYTES_PER_TOKEN, reserve, tooLittle, worstOf } from "./reserve";
import { serveOnce } from "./serve-once";
import { countedOf, settle, takeUsage } from "./settle";
import { serveStream } from "./serve-stream";

type Failed = Extract<Tried, { outcome: "failed" }>;
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
const dearest = ({ pool }: Gateway, admitted: Admitted): Decimal => pool.maxDiscount(needsOf(admitted)) ?? UNIT;

/** Nobody can serve this now; what the account lacks would come first. */
async function noCapacity(gateway: Gateway, admitted: Admitted, retryAfterMs: number): Promise<ScripError> {
  const balance = await gateway.balances.recent(admitted.caller.user.walletId).catch(() => null);
  if (balance && balance.debtMicros > 0n) return inDebt(balance.debtMicros);
  const neededMicros = worstOf(
    admitted,
    { inputTokens: 1, outputTokens: 1, choices: admitted.ask.choices },
    dearest(gateway, admitted),
  );
  if (balance && balance.spendableMicros < neededMicros) return tooLittle(neededMicros, balance.spendableMicros);
  const retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const message = isOff(gateway, admitted)
    ? "The supplier of this model is switched off for a while. Try again later, or use another model."
    : "No supplier can serve this model at the moment. Try again shortly.";
  return new ScripError("no_capacity", message, { retryAfterS });
}

/** Whether the supplier failed, rather than refused that key. */
const isFault = ({ forKey, outcome }: Failed["meaning"]): boolean =>
  forKey.action === "fault" || outcome === "unreadable" || outcome === "redirected";

/** A supplier that fails, and a request that is above the limits of keys, would go through all of them. */
const isBounded = (meaning: Failed["meaning"]): boolean => isFault(meaning) || meaning.outcome === "above_limit";

/** What the caller is told when every try failed. */
function exhausted({ meaning }: Failed, isDispatched: boolean, retryAfterMs: number): ScripError {
  const details = isDispatched ? { retry: false } : {};
  if (meaning.outcome === "timeout") {
    return new ScripError("upstream_timeout", "The supplier didn't answer in time. Nothing is charged.", details);
  }
  if (isFault(meaning)) {
    return new ScripError("upstream_error", "The supplier failed to answer. Nothing is charged.", details);
  }
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
async function route(job: Job): Promise<Tried> {
  const { gateway, exchange, admitted } = job;
  const tried: Uuid[] = [];
  let faults = 0;
  for (;;) {
    if (job.isFenced) throw givenUp({ retryAfterS: 1 });
    job.start(job.key);
    const outcome = await tryKey(job);
    if (outcome.outcome !== "failed") return outcome;
    job.finish(outcome.meaning);
    if (outcome.meaning.forRequest === "surface") return outcome;
    tried.push(job.key.id);
    if (isBounded(outcome.meaning)) faults++;
    const isSpent = faults >= LIMITS.faultsMax || tried.length >= LIMITS.attemptsMax;
    const hasTime = exchange.elapsedMs() < gateway.timings.firstByteMs;
    const next = chooseKey(gateway, admitted, tried);
    const retryAfterMs = next.outcome === "none" ? next.retryAfterMs : 1_000;
    if (exchange.isGone) return { outcome: "left" };
    if (next.outcome === "none" || isSpent || !hasTime) {
      throw exhausted(outcome, job.isDispatched, retryAfterMs);
    }
    await recordNext(job, next.key, outcome);
  }
}

/** A crash from here on leaves an open reservation that names this key, never a call that nobody knows of. */
async function recordNext(job: Job, key: ChosenKey, { meaning }: Failed): Promise<void> {
  const n = job.attempts.length + 1;
  const previousCostNanos = job.attempts.at(-1)?.costNanos ?? ZERO_NANOS;
  const recorded = await job.gateway.books.attempt({
    hold: job.exchange.id,
    n,
    poolKey: key.id,
    previousOutcome: meaning.outcome,
    previousCostNanos,
  });
  if (recorded.outcome === "closed") throw givenUp();
  job.key = key;
}

/** The supplier refused what the caller asked: the caller gets its words, without the supplier's secrets; uncharged. */
async function surface(job: Job, { status, body, meaning }: Failed): Promise<void> {
  const { exchange, protocol, key } = job;
  await job.release({ status: "failed", httpStatus: status, errorCode: meaning.outcome });
  const text = scrubText(protocol.error.surfaced(status, body), key.secret.reveal());
  exchange.sendJson(status, text, { "x-should-retry": "false" });
}

async function serveWhole(job: Job, { reply, reading, headers }: Extract<Tried, { outcome: "whole" }>): Promise<void> {
  const { exchange, protocol } = job;
  const taken = await takeUsage(job, reading.reading, reading.produced);
  const ending = exchange.isGone
    ? ({ status: "cancelled", httpStatus: 200, errorCode: "client_left" } as const)
    : ({ status: "ok", httpStatus: 200, errorCode: null } as const);
  const { outcome, reply: result } = await settle(job, taken, ending, {
    replyWith: (credits) => ({
      status: 200,
      headers: { ...exchange.replyHeaders, ...headersToCaller(headers), "x-scrip-credits": credits },
      body: protocol.strip.reply(reply, countedOf(taken.usage), credits),
    }),
  });
  // Somebody else ended the hold: a gateway that was taken for dead gives no reply that nobody pays for.
  if (outcome.outcome === "closed" || !result) throw givenUp({ retry: false });
  exchange.send(200, result.headers, result.body);
}

/** The caller left before a reply: what the supplier bills is its input, if it saw the request at all. */
async function serveNobody(job: Job): Promise<void> {
  const ending = { status: "cancelled", httpStatus: 499, errorCode: "client_left" } as const;
  if (!job.isOut) {
    job.finish();
    await job.release(ending);
    return;
  }
  await settle(job, await takeUsage(job, { outcome: "absent" }, () => []), ending);
}

/** From the reservation to its end; whatever happens, the hold ends once. */
async function carryOut(job: Job): Promise<void> {
  try {
    const outcome = await route(job);
    if (outcome.outcome === "failed") await surface(job, outcome);
    else if (outcome.outcome === "left") await serveNobody(job);
    else if (outcome.outcome === "whole") await serveWhole(job, outcome);
    else await serveStream(job, outcome);
  } catch (error) {
    job.finish();
    const refusal = error instanceof ScripError ? error : null;
    const ending = { httpStatus: refusal?.status ?? 500, errorCode: refusal?.code ?? "internal_error" };
    await job.release({ status: "failed", ...ending });
    throw error;
  }
}

/** Serve a request that was let in; `ended` hears what it used, whatever became of it. Units: tokens. */
async function serveFirst(
  gateway: Gateway,
  protocol: Protocol,
  exchange: Exchange,
  admitted: Admitted,
  ended: (tokensUsed: number) => void,
): Promise<void> {
  const chosen = chooseKey(gateway, admitted, []);
  if (chosen.outcome === "none") throw await noCapacity(gateway, admitted, chosen.retryAfterMs);
  const discount = dearest(gateway, admitted);
  const reservation = await reserve(gateway, protocol, exchange, admitted, { key: chosen.key, discount });
  if (reservation.outputCap !== null) exchange.replyHeaders["x-scrip-max-tokens"] = String(reservation.outputCap);
  const job = new Job(gateway, protocol, exchange, admitted, reservation, chosen.key);
  gateway.metrics.holds(1);
  try {
    await carryOut(job);
  } finally {
    gateway.metrics.holds(-1);
    if (job.isDispatched) gateway.metrics.addedLatency("after", job.ownMs());
    ended(job.tokensUsed);
  }
}

/** Its place among the account's requests: where it has one already, what it is expected to use is known now. */
async function takePlace({ rates }: Gateway, admitted: Admitted, early: Admission | undefined): Promise<Admission> {
  const { ask, caller, allowance } = admitted;
  const expected = Math.ceil(ask.inputBound / BYTES_PER_TOKEN);
  if (!early) return rates.admit(caller, allowance, expected);
  early.expect(expected);
  return early;
}

/** Within the account's limits, once: a repetition is let in as any request is, and counts as one. */
async function serveAdmitted(
  gateway: Gateway,
  protocol: Protocol,
  exchange: Exchange,
  admitted: Admitted,
  early: Admission | undefined,
): Promise<void> {
  const { ask, caller } = admitted;
  const admission = await takePlace(gateway, admitted, early);
  Object.assign(exchange.replyHeaders, admission.headers);
  let used = 0;
  try {
    await serveOnce(gateway, exchange, { caller, ask }, () =>
      serveFirst(gateway, protocol, exchange, admitted, (tokens) => {
        used = tokens;
      }),
    );
  } finally {
    admission.end(used);
  }
}

/** Refusals that a debt doesn't come before. */
const BEFORE_DEBT = new Set(["invalid_request", "unavailable"]);

async function letIn(
  gateway: Gateway,
  protocol: Protocol,
  exchange: Exchange,
  ask: Ask,
  { caller, early }: { caller: Caller; early: Admission | undefined },
): Promise<void> {
  try {
    await gateway.config.lookFor(ask.model);
    const admitted = admit(gateway, protocol, exchange, ask, caller);
    exchange.model = admitted.model.id;
    await serveAdmitted(gateway, protocol, exchange, admitted, early);
  } catch (error) {
    const isLater = error instanceof ScripError && !BEFORE_DEBT.has(error.code) && !exchange.response.headersSent;
    throw (isLater && (await debtOf(gateway, caller))) || error;
  }
}

/**
 * Serve one request of a protocol that generates, from its headers to its last byte: nothing of its body is read before its
 * key is good, and no large one before its caller was let in. Errors: `ScripError` for the caller.
 */
export async function serveGeneration(gateway: Gateway, protocol: Protocol, exchange: Exchange): Promise<void> {
  const caller = await gateway.callers.authenticate(readSecret(exchange));
  const share = gateway.bodies.begin(caller.user.id, LIMITS.accountBodiesBytesMax);
  let place: Promise<Admission> | undefined;
  try {
    const readSinceMs = nowMs();
    const bytes = await readBody(exchange, {
      bytesMax: LIMITS.bodyBytesMax,
      smallBytesMax: LIMITS.smallBodyBytesMax,
      numberLists: protocol.numberLists,
      share,
      admit: () => (place = admitCaller(gateway, protocol, exchange, caller)),
    });
    exchange.uploadMs = nowMs() - readSinceMs;
    const ask = await parseBody(gateway, protocol, exchange, { caller, bytes, share });
    requireGoodStanding(gateway, caller);
    await letIn(gateway, protocol, exchange, ask, { caller, early: await place });
  } finally {
    // Whoever left while they were let in gives their place back too; one that is given back already stays so.
    await place?.then((admission) => admission.end(0)).catch(() => undefined);
    share.end();
  }
}
