import type { Classification } from "./adapter";

const UNREADABLE_MS = 300_000;

/**
 * What it means that a supplier gave no answer that can be read: it couldn't be reached, didn't answer in time, or sent
 * something else than its protocol: a login page of a relay, for one. A caller can bring a supplier to send JSON that is
 * no reply (`unexpected`), which therefore weighs no more than a fault.
 */
export function classifyFailure(failure: "unreachable" | "timeout" | "unreadable" | "unexpected"): Classification {
  const forKey =
    failure === "unreadable"
      ? ({ action: "cool", retryAfterMs: UNREADABLE_MS } as const)
      : ({ action: "fault" } as const);
  return { forKey, forRequest: "next_key", outcome: failure === "unexpected" ? "unreadable" : failure };
}
