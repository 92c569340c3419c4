/** One hash slot of a cluster holds everything. */
export const PREFIX = "{scrip}:";

const RETRY_MS_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** How every connection connects, and connects again. */
export const connectionOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (attempts: number): number => Math.min(50 * 2 ** Math.min(attempts, 10), RETRY_MS_MAX),
  maxRetriesPerRequest: 1,
};
