/**
 * Refusals that travel to an edge, from one closed table.
 *
 * `status` is the HTTP status, `retry` what `x-should-retry` says. A code never changes its meaning; messages may.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, retry: false },
  idempotency_key_required: { status: 400, retry: false },
  unpriced_parameters: { status: 400, retry: false },
  unauthenticated: { status: 401, retry: false },
  invalid_api_key: { status: 401, retry: false },
  insufficient_credits: { status: 402, retry: false },
  insufficient_requests: { status: 402, retry: false },
  budget_exceeded: { status: 402, retry: false },
  account_in_debt: { status: 402, retry: false },
  forbidden: { status: 403, retry: false },
  account_suspended: { status: 403, retry: false },
  provider_not_allowed: { status: 403, retry: false },
  model_not_allowed: { status: 403, retry: false },
  ip_not_allowed: { status: 403, retry: false },
  key_expired: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  model_not_found: { status: 404, retry: false },
  idempotency_conflict: { status: 409, retry: false },
  in_progress: { status: 409, retry: true },
  duplicate_key: { status: 409, retry: false },
  state_conflict: { status: 409, retry: false },
  quote_expired: { status: 410, retry: false },
  request_too_large: { status: 413, retry: false },
  validation_failed: { status: 422, retry: false },
  not_refundable: { status: 422, retry: false },
  key_invalid: { status: 422, retry: false },
  quota_unknown: { status: 422, retry: false },
  quota_too_small: { status: 422, retry: false },
  pool_full: { status: 422, retry: false },
  attestation_required: { status: 422, retry: false },
  rate_limit_exceeded: { status: 429, retry: true },
  concurrency_limit: { status: 429, retry: true },
  internal_error: { status: 500, retry: false },
  upstream_error: { status: 502, retry: false },
  no_capacity: { status: 503, retry: true },
  unavailable: { status: 503, retry: true },
  upstream_timeout: { status: 504, retry: false },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One field that didn't fit: a dotted path and what is wrong with it. */
export type FieldError = { path: string; message: string };

export type ErrorDetails = {
  /** Which fields didn't fit. */
  errors?: FieldError[];
  /** Members that the error object carries beside the standard ones. */
  members?: Record<string, unknown>;
  /** Seconds until a retry makes sense. */
  retryAfterS?: number;
  /** The request's field that is at fault, for protocols that name one. */
  param?: string;
  /** Overrides the table's `status`, where HTTP has one that says more. */
  status?: number;
  /** Overrides the table's `retry`: false once something was dispatched upstream. */
  retry?: boolean;
  cause?: unknown;
};

/** A refusal with a code of the table; its message is for the caller to read. */
export class ScripError extends Error {
  override readonly name = "ScripError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
  }
  get status(): number {
    return this.details.status ?? ERROR_CODES[this.code].status;
  }
  get retry(): boolean {
    return this.details.retry ?? ERROR_CODES[this.code].retry;
  }
}

/** A broken promise of our own code: the request ends in a 500 and is reported. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Stops on what our own code promised can't be. Errors: `AssertionError`. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
