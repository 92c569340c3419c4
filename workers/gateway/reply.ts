import type { InFlightRequest } from "./in-flight-request";
import type { Failed } from "./route";
import { headersToCaller, scrubText } from "../../lib/providers";
import type { Tried } from "./answer";
import { countedOf, settle, takeUsage } from "./settle";
import { abandoned } from "./refusals";

/** The supplier refused what the caller asked: the caller gets its words, without the supplier's secrets; uncharged. */
export async function surface(inFlight: InFlightRequest, { status, body, meaning }: Failed): Promise<void> {
  const { context, protocol, key, admitted } = inFlight;
  await inFlight.release({ status: "failed", httpStatus: status, errorCode: meaning.outcome });
  const text = scrubText(protocol.error.surfaced(status, body), key.secret.reveal(), (part) =>
    admitted.parsed.bytes.includes(part),
  );
  context.sendJson(status, text, { "x-should-retry": "false" });
}

export async function sendWhole(
  inFlight: InFlightRequest,
  { reply, reading, headers }: Extract<Tried, { outcome: "whole" }>,
): Promise<void> {
  const { context, protocol } = inFlight;
  inFlight.served = reading.served;
  const taken = await takeUsage(inFlight, reading.reading, reading.produced);
  const ending = context.isDisconnected
    ? ({ status: "cancelled", httpStatus: 200, errorCode: "client_left" } as const)
    : ({ status: "ok", httpStatus: 200, errorCode: null } as const);
  const { outcome, reply: result } = await settle(inFlight, taken, ending, {
    replyWith: (credits) => ({
      status: 200,
      headers: {
        "content-type": "application/json",
        ...context.replyHeaders,
        ...headersToCaller(headers),
        "x-scrip-credits": credits,
      },
      body: protocol.strip.reply(reply, countedOf(taken.usage), credits),
    }),
  });
  // Somebody else ended the hold: a gateway that was taken for dead gives no reply that nobody pays for.
  if (outcome.outcome === "closed" || !result) throw abandoned({ retry: false });
  context.send(200, result.headers, result.body);
}
