import { type Classification, classifyFailure, readStatusWithin } from "../../lib/providers";
import { nowMs } from "../../lib/time";
import type { InFlightRequest } from "./in-flight-request";
import { LIMITS } from "./limits";
import type { BodyForm, Protocol, ReplyReading, StreamReader, StreamStep } from "./protocol";
import { usageBounds } from "./settle";
import type { UpstreamCall } from "./upstream";

/** What came of one try at one key, up to the moment after which there is no other. */
export type Tried =
  | { outcome: "whole"; headers: Headers; reply: Buffer; reading: ReplyReading }
  | { outcome: "stream"; headers: Headers; call: UpstreamCall; reader: StreamReader; first: StreamStep }
  | { outcome: "failed"; meaning: Classification; status: number; body: string }
  /** The caller left, and the call was ended or ran out of time. */
  | { outcome: "left" };
type Headers = Awaited<UpstreamCall["head"]>["headers"];

export const failed = (meaning: Classification, status = 0, body = ""): Tried => ({
  outcome: "failed",
  meaning,
  status,
  body,
});

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

/** A reply that came whole although a stream was asked for, as a stream; else a failure. */
function streamWhole(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers, body: Buffer): Tried {
  const { protocol, admitted } = inFlight;
  const reader = protocol.strip.stream(admitted.parsed, admitted.endpoint);
  const events = protocol.otherForm.toEvents(body);
  const first = events && reader.push(events);
  if (first && first.state !== "failed") return { outcome: "stream", headers, call, reader, first };
  return failedWithin(inFlight, reader.failure() ?? body.toString("utf8", 0, LIMITS.errorBytesMax));
}

async function readWhole(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers): Promise<Tried> {
  const { protocol, admitted } = inFlight;
  const body = await call.readAll(LIMITS.replyBytesMax);
  const reply = protocol.otherForm.toWhole(body) ?? body;
  const reading = protocol.usage(reply, admitted.endpoint, usageBounds(admitted));
  if (reading.isReply) return { outcome: "whole", headers, reply, reading };
  return failedWithin(inFlight, reply.toString("utf8", 0, LIMITS.errorBytesMax));
}

/** Read until it is plain what the body is, however it is labelled. */
function readForm(call: UpstreamCall, { otherForm }: Protocol): Promise<{ form: BodyForm; begun: Buffer }> {
  return new Promise((resolve, reject) => {
    let begun: Buffer = Buffer.alloc(0);
    call.attach({
      data(chunk) {
        begun = begun.length === 0 ? chunk : Buffer.concat([begun, chunk]);
        const form = otherForm.formOf(begun);
        if (form === null && begun.length <= LIMITS.errorBytesMax) return;
        call.detach();
        resolve({ form: form ?? "other", begun });
      },
      end(failure) {
        if (failure) reject(failure);
        else resolve({ form: "events", begun });
      },
    });
  });
}

/** Read a stream up to the first event: an error there is no reply yet, and another key may be tried. */
function readFirst(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers, begun: Buffer): Promise<Tried> {
  const { protocol, admitted } = inFlight;
  const reader = protocol.strip.stream(admitted.parsed, admitted.endpoint);
  return new Promise((resolve, reject) => {
    let isDecided = false;
    const decide = (tried: Tried): void => {
      isDecided = true;
      resolve(tried);
    };
    const read = (chunk: Buffer): void => {
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
    };
    read(begun);
    if (isDecided) return;
    call.attach({
      data: read,
      end(failure) {
        if (isDecided) return;
        if (failure) return reject(failure);
        const last = reader.finish();
        if (last.state === "failed") decide(failedWithin(inFlight, reader.failure() ?? ""));
        else decide({ outcome: "stream", headers, call, reader, first: { out: last.out, state: "open" } });
      },
    });
    call.resume();
  });
}

async function readStream(inFlight: InFlightRequest, call: UpstreamCall, headers: Headers): Promise<Tried> {
  const { form, begun } = await readForm(call, inFlight.protocol);
  if (form === "events") return readFirst(inFlight, call, headers, begun);
  if (form === "object") {
    call.resume();
    return streamWhole(inFlight, call, headers, Buffer.concat([begun, await call.readAll(LIMITS.replyBytesMax)]));
  }
  call.abort();
  return failed(classifyFailure("unreadable"));
}

/** A supplier's error that came with a good status: as a whole reply, in a stream's place, or as its first event. */
function failedWithin({ admitted }: InFlightRequest, body: string): Tried {
  const status = readStatusWithin(body);
  if (status === null) return failed(classifyFailure(isJson(body) ? "unexpected" : "unreadable"));
  return failed(admitted.adapter.classify({ status, headers: {}, body, nowMs: nowMs() }), status, body);
}

/**
 * Read what a call of a supplier came to, up to the moment after which no other key can be tried: a whole reply, or a stream's first
 * event. What it is goes by how it begins: suppliers, and proxies before them, label it as anything.
 */
export async function readAnswer(inFlight: InFlightRequest, call: UpstreamCall): Promise<Tried> {
  const { admitted } = inFlight;
  const { status, headers } = await call.head;
  if (status < 200 || status >= 300) {
    const body = await readError(call);
    return failed(admitted.adapter.classify({ status, headers, body, nowMs: nowMs() }), status, body);
  }
  try {
    return await (admitted.parsed.isStreamed ? readStream : readWhole)(inFlight, call, headers);
  } catch (error) {
    if (error instanceof RangeError) return failed(classifyFailure("unreadable"));
    throw error;
  }
}
