import { ScripError } from "../../lib/errors";
import type { Log } from "../../lib/log";
import type { Exchange } from "./exchange";
import type { Protocol } from "./protocol";

/** Answer with a refusal in the protocol's shape. What isn't a refusal is a 500 that shows nothing of its text. */
export function sendRefusal(exchange: Exchange, error: Protocol["error"], thrown: unknown, log: Log): void {
  const { publicId, response } = exchange;
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
  exchange.sendJson(refusal.status, error.body(refusal), {
    "x-should-retry": String(refusal.retry),
    ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
  });
}
