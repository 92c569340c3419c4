import { ZERO_NANOS } from "../../../lib/money";
import { nowMs } from "../../../lib/time";
import type { Key } from "../accounts";
import { digestOf, requestIdOf, type Exchange } from "../exchange";
import type { Entry } from "../journal";
import type { Failure } from "./failures";
import { sendFailure } from "./send";

/** A call of a known or unknown caller, and what the journal will say of it unless something changes. */
export type Call = {
  readonly provider: string;
  readonly exchange: Exchange;
  readonly secret: string;
  readonly key: Key | null;
};

/** Write a call down: what isn't named was not there, not billed, not sent. */
export function record(
  { provider, exchange, secret, key }: Call,
  ending: Partial<Entry> & Pick<Entry, "status" | "ending">,
): void {
  exchange.world.journal.record({
    id: exchange.id,
    atMs: nowMs(),
    provider,
    secret,
    account: key?.account.id ?? null,
    requestId: requestIdOf(exchange),
    path: exchange.path,
    model: null,
    isStream: false,
    error: null,
    billedInputTokens: 0,
    billedOutputTokens: 0,
    sentOutputTokens: 0,
    billedNanos: ZERO_NANOS,
    headerNames: Object.keys(exchange.request.headers),
    bodySha256: digestOf(exchange.body),
    ...ending,
  });
}

/** Answer with a failure, and write it down. Nothing is billed. */
export function refuse(call: Call, failure: Failure, facts: { model?: string; isStream?: boolean } = {}): void {
  const { model = "unknown", isStream = false } = facts;
  sendFailure(call.exchange, failure, { key: call.key, secret: call.secret, model });
  record(call, {
    status: failure.kind === "reset" ? 0 : failure.status,
    ending: "refused",
    error: failure.kind === "error" ? (failure.code ?? failure.type) : failure.kind,
    model: facts.model ?? null,
    isStream,
  });
}
