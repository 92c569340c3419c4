import type { Nanos } from "../../lib/money";

/** How a request ended, as the provider sees it. */
export type Ending =
  /** All of the reply was handed to the connection. */
  | "complete"
  /** Answered with an error; nothing is billed. */
  | "refused"
  /** A scripted fault cut the reply; what was produced is billed. */
  | "cut"
  /** The caller disconnected; what was produced is billed. */
  | "aborted";

/** One request as the provider counted it. */
export type LogEntry = {
  /** The provider's own id, which it returns as `x-request-id`. */
  readonly id: string;
  readonly atMs: number;
  readonly provider: string;
  readonly secret: string;
  readonly account: string | null;
  /** The caller's id: `x-request-id`, else `x-client-request-id`, else the provider's own. */
  readonly requestId: string;
  readonly path: string;
  readonly model: string | null;
  readonly isStream: boolean;
  readonly status: number;
  readonly error: string | null;
  readonly ending: Ending;
  readonly billedInputTokens: number;
  readonly billedOutputTokens: number;
  /** Output tokens that were written to the connection. */
  readonly sentOutputTokens: number;
  readonly billedNanos: Nanos;
  /** Names of the headers that arrived, so that a test sees what was not forwarded. */
  readonly headerNames: readonly string[];
  readonly bodySha256: string;
};

export type RequestLog = {
  record(entry: LogEntry): void;
  list(): readonly LogEntry[];
  /** How many of the oldest entries were dropped. */
  dropped(): number;
};

const ENTRIES_MAX = 200_000;

/** An empty request log; beyond its limit the oldest half is dropped, and counted. */
export function newRequestLog(): RequestLog {
  let entries: LogEntry[] = [];
  let dropped = 0;
  return {
    record(entry) {
      entries.push(entry);
      if (entries.length <= ENTRIES_MAX) return;
      dropped += ENTRIES_MAX / 2;
      entries = entries.slice(ENTRIES_MAX / 2);
    },
    list: () => entries,
    dropped: () => dropped,
  };
}

/** A key as a provider shows it: its beginning and its last four letters. */
export function maskKey(secret: string): string {
  if (secret.length <= 12) return "*".repeat(secret.length);
  return `${secret.slice(0, 8)}${"*".repeat(Math.min(20, secret.length - 12))}${secret.slice(-4)}`;
}
