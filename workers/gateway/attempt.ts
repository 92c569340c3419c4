import { classifyFailure, headersToSupplier, supplierAddress } from "../../lib/providers";
import { wasStale } from "../../lib/http";
import { failed, readAnswer, type Tried } from "./answer";
import type { InFlightRequest } from "./in-flight-request";
import { type UpstreamCall, UpstreamFailure } from "./upstream";
import { abandoned } from "./refusals";
import { handleDisconnect } from "./disconnect";

const placeOf = ({ key, admitted }: InFlightRequest): string => `${key.channelId} ${admitted.model.id}`;
/** However many there are, they are found out again. */
const PLACES_MAX = 1_000;

/** Remember that a supplier refuses to be asked for usage; whether that is news, and the call is worth repeating without. */
function learnWithoutUsage(inFlight: InFlightRequest, tried: Tried): boolean {
  const { gateway, protocol, admitted } = inFlight;
  const place = placeOf(inFlight);
  if (tried.outcome !== "failed" || gateway.withoutUsage.has(place)) return false;
  if (!protocol.refusesUsage(admitted.parsed, tried.status, tried.body)) return false;
  if (gateway.withoutUsage.size >= PLACES_MAX) gateway.withoutUsage.clear();
  gateway.withoutUsage.add(place);
  return true;
}

/** Begin the call. Null where the supplier has no address. */
function dispatch(inFlight: InFlightRequest, fresh: boolean): UpstreamCall | null {
  const { gateway, protocol, context, admitted, reservation, key } = inFlight;
  const { parsed, adapter, endpoint, terms } = admitted;
  const address = supplierAddress(adapter, key.baseUrl, {
    overrides: gateway.baseUrls,
    privateUpstreams: gateway.config.settings().switches.private_upstreams,
  });
  if (address === null) return null;
  const secret = key.secret.reveal();
  const priced = terms.price.card.fields.flatMap(({ in: place, name, equals }) =>
    place === "header" ? [{ name, value: String(equals) }] : [],
  );
  const headers = {
    ...headersToSupplier(context.headers, priced),
    "content-type": "application/json",
    "accept-encoding": "identity",
    "x-client-request-id": context.publicId,
    ...adapter.authHeaders(secret),
  };
  const asksForUsage = !gateway.withoutUsage.has(placeOf(inFlight));
  const { outputCap } = reservation;
  const body = protocol.limit(parsed, { model: inFlight.upstreamModel, outputCap, endpoint, asksForUsage });
  const path = endpoint.path(secret) + protocol.path;
  const firstByteMs = Math.max(1, gateway.timings.firstByteMs - context.elapsedMs());
  gateway.metrics.addedLatency("before", inFlight.ownMs());
  const mayStart = (): boolean => !inFlight.isFenced;
  return gateway.upstreams.call({ address, path, headers, body, firstByteMs, fresh, mayStart });
}

/**
 * Try the request's key: from its dispatch until there is a whole reply, a stream's first event, or a failure. Once more where a
 * kept connection turned out to be closed before anything came back over it, or the supplier refuses to report usage in streams.
 */
export async function tryKey(inFlight: InFlightRequest, isRepeated = false): Promise<Tried> {
  const call = dispatch(inFlight, isRepeated);
  if (!call) return failed(classifyFailure("unreachable"));
  const stay = handleDisconnect(inFlight, call);
  try {
    const tried = await readAnswer(inFlight, call);
    return learnWithoutUsage(inFlight, tried) ? await tryKey(inFlight, isRepeated) : tried;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    if (error.kind === "withdrawn") throw abandoned({ retryAfterS: 1 });
    if (error.kind === "aborted") return { outcome: "left" };
    const isStale = wasStale(error.cause) && !call.isAnswered;
    if (isStale && !isRepeated && !inFlight.isFenced) return await tryKey(inFlight, true);
    return failed(classifyFailure(error.kind));
  } finally {
    inFlight.markDispatched(call.isDispatched);
    stay();
    inFlight.context.onDisconnect(null);
  }
}
