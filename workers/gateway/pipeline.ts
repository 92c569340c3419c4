import { type Caller, readSecret } from "./authenticate";
import type { Admission } from "./rates";
import { InFlightRequest } from "./in-flight-request";
import { chooseFirstKey, maxDiscountOf, route } from "./route";
import { sendWhole, surface } from "./reply";
import { settleDisconnected } from "./disconnect";
import { relayStream } from "./relay";
import { ScripError } from "../../lib/errors";
import type { Gateway } from "./gateway-state";
import type { ParsedRequest, Protocol } from "./protocol";
import type { RequestContext } from "./request-context";
import { refusalOf } from "./refusals";
import { admit, type Admitted, debtOf, requireGoodStanding } from "./admit";
import { BYTES_PER_TOKEN, reserve } from "./reserve";
import { serveIdempotently } from "./idempotency";
import { LIMITS } from "./limits";
import { nowMs } from "../../lib/time";
import { readBody } from "./read-body";
import { admitCaller } from "./admit-caller";
import { parseBody } from "./parse-body";

/**
 * The stages of a request, each in a file of its name, passed once and in this order: authenticate, admit the caller, read and
 * parse, admit the request, reserve, route, relay, settle.
 */

/** Refusals that a debt doesn't come before. */
const BEFORE_DEBT = new Set(["invalid_request", "unavailable"]);

/** What the first stages know of a request: who sends it, and its place among the account's requests where it has one already. */
type Arrival = { caller: Caller; early: Admission | undefined };

/** A request that was let in: route it to a supplier, relay its reply, settle. Whatever happens, its hold ends once. */
async function carryOut(inFlight: InFlightRequest): Promise<void> {
  try {
    const outcome = await route(inFlight);
    if (outcome.outcome === "failed") await surface(inFlight, outcome);
    else if (outcome.outcome === "left") await settleDisconnected(inFlight);
    else if (outcome.outcome === "whole") await sendWhole(inFlight, outcome);
    else await relayStream(inFlight, outcome);
  } catch (error) {
    inFlight.finish();
    const refusal = error instanceof ScripError ? error : null;
    const ending = { httpStatus: refusal?.status ?? 500, errorCode: refusal?.code ?? "internal_error" };
    await inFlight.release({ status: "failed", ...ending });
    throw error;
  }
}

/** Reserve with the first key, then carry out. Returns what was used. Units: tokens. */
async function serveReserved(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  admitted: Admitted,
  ended: (tokensUsed: number) => void,
): Promise<void> {
  const key = await chooseFirstKey(gateway, admitted);
  const discount = maxDiscountOf(gateway, admitted);
  const reservation = await reserve(gateway, protocol, context, admitted, { key, discount });
  context.isReserved = true;
  if (reservation.outputCap !== null) context.replyHeaders["x-scrip-max-tokens"] = String(reservation.outputCap);
  const inFlight = new InFlightRequest(gateway, protocol, context, admitted, reservation, key);
  gateway.metrics.holds(1);
  try {
    await carryOut(inFlight);
  } finally {
    gateway.metrics.holds(-1);
    if (inFlight.isDispatched) gateway.metrics.addedLatency("after", inFlight.ownMs());
    ended(inFlight.tokensUsed);
  }
}

/** Its place among the account's requests: where it has one already, what it is expected to use is known now. */
async function takePlace({ rates }: Gateway, admitted: Admitted, early: Admission | undefined): Promise<Admission> {
  const { parsed, caller, allowance } = admitted;
  const expected = Math.ceil(parsed.inputBound / BYTES_PER_TOKEN);
  if (!early) return rates.admit(caller, allowance, expected);
  early.expect(expected);
  return early;
}

/** Within the account's limits, and once under its idempotency key: a repetition is admitted as any request, and counts as one. */
async function serveAdmitted(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  admitted: Admitted,
  early: Admission | undefined,
): Promise<void> {
  const { parsed, caller } = admitted;
  const admission = await takePlace(gateway, admitted, early);
  Object.assign(context.replyHeaders, admission.headers);
  let used = 0;
  try {
    await serveIdempotently(gateway, context, { caller, parsed }, () =>
      serveReserved(gateway, protocol, context, admitted, (tokens) => {
        used = tokens;
      }),
    );
  } finally {
    admission.end(used);
  }
}

/** Admit a parsed request and serve it; a debt comes before most refusals. */
async function serveParsed(
  gateway: Gateway,
  protocol: Protocol,
  context: RequestContext,
  parsed: ParsedRequest,
  { caller, early }: Arrival,
): Promise<void> {
  try {
    await gateway.config.refreshFor(parsed.model);
    const admitted = admit(gateway, protocol, context, parsed, caller);
    context.model = admitted.model.id;
    await serveAdmitted(gateway, protocol, context, admitted, early);
  } catch (error) {
    const isLater = error instanceof ScripError && !BEFORE_DEBT.has(error.code) && !context.response.headersSent;
    throw (isLater && (await debtOf(gateway, caller))) || error;
  }
}

/** Have the caller's owner see a request that was refused before anything was reserved for it. */
function noteRefusal(
  { refused }: Gateway,
  protocol: Protocol,
  context: RequestContext,
  { user, key }: Caller,
  error: unknown,
): void {
  const { status, code, message } = refusalOf(context, error);
  refused.note({
    id: context.id,
    atMs: context.arrivedMs,
    wallet: user.walletId,
    apiKeyId: key.id,
    protocol: protocol.name,
    model: context.asked?.model ?? "",
    httpStatus: status,
    errorCode: code,
    message,
    isStreamed: context.asked?.isStreamed ?? false,
    latencyMs: context.elapsedMs(),
  });
}

/**
 * Serve one request of a protocol that generates, from its headers to its last byte: nothing of its body is read before its
 * key is good, and no large one before its caller was admitted. Errors: `ScripError` for the caller.
 */
export async function serveGeneration(gateway: Gateway, protocol: Protocol, context: RequestContext): Promise<void> {
  const caller = await gateway.callers.authenticate(readSecret(context));
  const share = gateway.bodies.begin(caller.user.id, LIMITS.accountBodiesBytesMax);
  let place: Promise<Admission> | undefined;
  try {
    const readSinceMs = nowMs();
    const bytes = await readBody(context, {
      bytesMax: LIMITS.bodyBytesMax,
      smallBytesMax: LIMITS.smallBodyBytesMax,
      numberLists: protocol.numberLists,
      share,
      admit: () => (place = admitCaller(gateway, protocol, context, caller)),
    });
    context.uploadMs = nowMs() - readSinceMs;
    const parsed = await parseBody(gateway, protocol, context, { caller, bytes, share });
    context.asked = parsed;
    requireGoodStanding(gateway, caller);
    await serveParsed(gateway, protocol, context, parsed, { caller, early: await place });
  } catch (error) {
    if (!context.isReserved) noteRefusal(gateway, protocol, context, caller, error);
    throw error;
  } finally {
    // Whoever left while they were admitted gives their place back too; one that is given back already stays so.
    await place?.then((admission) => admission.end(0)).catch(() => undefined);
    share.end();
  }
}
