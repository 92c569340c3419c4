import {
  type Classification,
  classifyFailure,
  headersToSupplier,
  readStatusWithin,
  supplierAddress,
} from "../../lib/providers";
import { wasStale } from "../../lib/http";
import { nowMs } from "../../lib/time";
import type { InFlightRequest } from "./in-flight-request";
import { LIMITS } from "./limits";
import type { ReplyReading, StreamReader, StreamStep } from "./protocol";
import { type UpstreamCall, UpstreamFailure } from "./upstream";
import { usageBounds } from "./settle";
import { abandoned } from "./refusals";
import { handleDisconnect } from "./disconnect";

/** What came of one try at one key, up to the moment after which there is no other. */
export type Tried =
  | { outcome: "whole"; headers: Headers; reply: Buffer; reading: ReplyReading }
  | { outcome: "stream"; headers: Headers; call: UpstreamCall; reader: StreamReader; first: StreamStep }
  | { outcome: "failed"; meaning: Classification; status: number; body: string }
  /** The caller left, and the call was ended or ran out of time. */
  | { outcome: "left" };
type Headers = Awaited<UpstreamCall["head"]>["headers"];

const failed = (meaning: Classification, status = 0, body = ""): Tried => ({
  outcome: "failed",
  meaning,
  status,
  body,
});

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

/** The answer's text, when it is an error. */
async function readError(call: UpstreamCall): Promise<string> {
  try {
    return (await call.readAll(LIMITS.errorBytesMax)).toString("utf8");
  } catch {
    return ""; // the status says enough
  }
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

async function readWhole(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers): Promise<Tried> {
  const { protocol, admitted } = inFlight;
  let reply: Buffer;
  try {
    reply = await call.readAll(LIMITS.replyBytesMax);
  } catch (error) {
    if (error instanceof RangeError) return failed(classifyFailure("unreadable"));
    throw error;
  }
  const reading = protocol.usage(reply, admitted.endpoint, usageBounds(admitted));
  if (reading.isReply) return { outcome: "whole", headers, reply, reading };
  return failedWithin(inFlight, reply.toString("utf8", 0, LIMITS.errorBytesMax));
}

/** Read a stream up to the first event: an error there is no reply yet, and another key may be tried. */
function readFirst(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers): Promise<Tried> {
  const { protocol, admitted } = inFlight;
  const reader = protocol.strip.stream(admitted.parsed, admitted.endpoint);
  return new Promise((resolve, reject) => {
    let isDecided = false;
    const decide = (tried: Tried): void => {
      isDecided = true;
      resolve(tried);
    };
    call.attach({
      data(chunk) {
        if (isDecided) return;
        try {
          const first = reader.push(chunk);
          if (first.state === "failed") {
            call.abort();
            decide(failedWithin(inFlight, reader.failure() ?? ""));
          } else if (first.out.length > 0 || first.state === "ended") {
            call.detach();
            decide({ outcome: "stream", headers, call, reader, first });
          }
        } catch {
          call.abort();
          decide(failed(classifyFailure("unreadable")));
        }
      },
      end(failure) {
        if (isDecided) return;
        if (failure) return reject(failure);
        const last = reader.finish();
        if (last.state === "failed") decide(failedWithin(inFlight, reader.failure() ?? ""));
        else decide({ outcome: "stream", headers, call, reader, first: { out: last.out, state: "open" } });
      },
    });
  });
}

/** A supplier's error that came with a good status: as a whole reply, in a stream's place, or as its first event. */
function failedWithin({ admitted }: InFlightRequest, body: string): Tried {
  const status = readStatusWithin(body);
  if (status === null) return failed(classifyFailure(isJson(body) ? "unexpected" : "unreadable"));
  return failed(admitted.adapter.classify({ status, headers: {}, body, nowMs: nowMs() }), status, body);
}

async function follow(inFlight: InFlightRequest, call: UpstreamCall): Promise<Tried> {
  const { admitted } = inFlight;
  const { status, headers } = await call.head;
  if (status < 200 || status >= 300) {
    const body = await readError(call);
    return failed(admitted.adapter.classify({ status, headers, body, nowMs: nowMs() }), status, body);
  }
  if (!admitted.parsed.isStreamed) return readWhole(inFlight, call, headers);
  const type = String(headers["content-type"] ?? "");
  if (type.includes("text/event-stream")) return readFirst(inFlight, call, headers);
  if (type.includes("json")) return failedWithin(inFlight, await readError(call));
  call.abort();
  return failed(classifyFailure("unreadable"));
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
    const tried = await follow(inFlight, call);
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
