import { AssertionError } from "../errors";

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
};

/**
 * What a failed flush means for its batch. Everything that isn't named here passes: the same batch is sent again.
 *
 * Source: PostgreSQL, appendix A; libuv's error names for connections.
 */
export const flushErrors = {
  /** An item that the books refuse: data (22), constraints (23), a missing row (21), or our own broken promise. */
  isRefusal: (error: unknown): boolean => error instanceof AssertionError || /^2[123][0-9A-Z]{3}$/.test(codeOf(error)),
  /** The batch is too much for the server's time limit, or one of its wallets is locked: halves may pass. */
  isTooSlow: (error: unknown): boolean => /^(57014|55P03)$/.test(codeOf(error)),
  /** No connection was made: nothing of the batch can be in the books. */
  neverLeft: (error: unknown): boolean =>
    /^(ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|57P03)$/.test(codeOf(error)),
};
