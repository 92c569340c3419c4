import { delay } from "../../../lib/time";
import type { Key } from "../accounts";
import type { Ending } from "../journal";
import type { Order } from "../orders";
import type { Call } from "./call";
import type { ChatRequest } from "./chat-request";
import type { Reply } from "./reply";

/** One completion on its way: what was asked, what will be said, what goes wrong on the way. */
export type Completion = {
  readonly call: Call;
  readonly key: Key;
  readonly request: ChatRequest;
  readonly reply: Reply;
  readonly promptTokens: number;
  readonly order: Order | null;
  /** Aborted when the caller has left. */
  readonly gone: AbortSignal;
};
/** What became of a completion. `produced` is billed, whether it was sent or not. Units: output tokens. */
export type Outcome = { ending: Ending; produced: number; sent: number };

/** Wait, unless the caller leaves first. */
export async function pause(milliseconds: number, gone: AbortSignal): Promise<void> {
  if (milliseconds > 0) await delay(milliseconds, gone).catch(() => undefined);
}
