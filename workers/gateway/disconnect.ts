import type { UpstreamCall } from "./upstream";
import type { InFlightRequest } from "./in-flight-request";
import type { StreamReader } from "./protocol";
import { reasons } from "./reserve";
import { settle, takeUsage } from "./settle";

/**
 * What a caller's leaving does to the call: where ending it ends the bill it is ended, unless its figures are needed. A
 * whole reply's come only with it; so do those of a model that reasons, whose output isn't all to be seen; those of a
 * stream that has said its last word are about to come; and what is kept for the caller's next try is needed whole.
 * Elsewhere it is read on for a while.
 */
export function handleDisconnect(
  { context, gateway, admitted }: InFlightRequest,
  call: UpstreamCall,
  reader?: StreamReader,
): () => void {
  const { parsed, endpoint, model } = admitted;
  const isCountable = parsed.isStreamed && !reasons(model);
  let timer: NodeJS.Timeout | undefined;
  context.onDisconnect(() => {
    if (endpoint.abortStopsBill && isCountable && !context.storeReply && !reader?.isComplete()) call.abort();
    else {
      call.resume(); // nobody is slow any more
      timer = setTimeout(() => call.abort(), gateway.timings.drainMs);
    }
  });
  return () => clearTimeout(timer);
}

/** The caller left before a reply: what the supplier bills is its input, if it saw the request at all. */
export async function settleDisconnected(inFlight: InFlightRequest): Promise<void> {
  const ending = { status: "cancelled", httpStatus: 499, errorCode: "client_left" } as const;
  if (!inFlight.isOut) {
    inFlight.finish();
    await inFlight.release(ending);
    return;
  }
  await settle(inFlight, await takeUsage(inFlight, { outcome: "absent" }, () => []), ending);
}
