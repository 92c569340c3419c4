/** Bounds of the gateway. Units stand in the names. */
export const LIMITS = {
  bodyBytesMax: 25 * 1024 * 1024,
  /** Larger bodies are only read of callers who may call at all, and parsed in a thread. */
  smallBodyBytesMax: 64 * 1024,
  /** What the bodies of all requests of this process may take together. */
  bodiesBytesMax: 512 * 1024 * 1024,
  /** Of these one account's. */
  accountBodiesBytesMax: 256 * 1024 * 1024,
  /**
   * What parsing a body takes beside its bytes: so many times those, and so much for the values that it may have. Measured
   * with bodies of 24 MB: text in one byte a character 2.0 times, in two bytes (one letter beyond Latin-1 in ASCII) 4.0 times,
   * the same in many texts or names 4.0; 50,000 values in short objects 6 MB.
   */
  parseFactor: 4,
  parseBytes: 8 * 1024 * 1024,
  replyBytesMax: 64 * 1024 * 1024,
  errorBytesMax: 64 * 1024,
  /** A client that is slower with its headers, or with a whole request, is cut off. */
  headersMs: 15_000,
  requestMs: 120_000,
  keepAliveMs: 65_000,
  /** How many faults of suppliers one request goes through, and limits that are below what it asks for. */
  faultsMax: 3,
  /** How many keys one request tries. */
  attemptsMax: 16,
  connectMs: 5_000,
  firstByteMs: 120_000,
  idleMs: 60_000,
  streamMs: 30 * 60_000,
  /** A caller that hasn't taken the rest of a finished reply by then is cut off: it holds memory. */
  handOverMs: 300_000,
  /** How long a call is read on after its caller has left. */
  drainMs: 30_000,
  /** How often streams are looked at, and how old their last checkpoint may get. */
  tickMs: 1_000,
  checkpointMs: 5_000,
  /** How long a stopping gateway waits for what is under way, and then for its settlement: its supervisor kills at 30 s. */
  stopMs: 20_000,
  settleMs: 5_000,
  /** How long a request waits for a look for its model, where the catalogue in memory has none of that name. */
  refreshMs: 1_000,
} as const;

/** Timings that an operator, or a test, may set otherwise. */
export type Timings = {
  -readonly [
    K in "firstByteMs" | "idleMs" | "streamMs" | "drainMs" | "tickMs" | "checkpointMs" | "stopMs" | "refreshMs"
  ]: number;
};
export const TIMINGS: Timings = {
  firstByteMs: LIMITS.firstByteMs,
  idleMs: LIMITS.idleMs,
  streamMs: LIMITS.streamMs,
  drainMs: LIMITS.drainMs,
  tickMs: LIMITS.tickMs,
  checkpointMs: LIMITS.checkpointMs,
  stopMs: LIMITS.stopMs,
  refreshMs: LIMITS.refreshMs,
};
