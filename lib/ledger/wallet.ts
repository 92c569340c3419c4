import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert } from "../errors";
import type { Uuid } from "../ids";
import { divideDown, type Micros, MICROS_PER_CREDIT, type Nanos } from "../money";
import type { AccountName } from "./kinds";
import {
  postClawBack,
  postContribution,
  postCredit,
  postDebit,
  type Posting,
  postReversal,
  postVesting,
  writeLimits,
} from "./post.store";

/** The order in which credits are spent. */
const BURN_ORDER = ["promo", "referral", "purchased", "vested", "unvested"] as const satisfies readonly AccountName[];

export type DebitInput = Posting & {
  amountMicros: Micros;
  /** Sources to take from, first to last. */
  order?: readonly AccountName[];
  /** A lot to take from before all sources: a refund goes to its own purchase. */
  lot?: bigint | null;
  to: AccountName;
  /** Whether what isn't there is owed; held credits aren't there. */
  mayOwe: boolean;
};

/**
 * Take credits out of a wallet as far as they are free, once per (scope, key).
 *
 * What is missing is left or, with `mayOwe`, becomes the wallet's debt, which blocks spending until it is paid.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function debitWallet(
  tx: Tx,
  ctx: Ctx,
  input: DebitInput,
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  const { amountMicros, order = BURN_ORDER, lot = null, to, mayOwe } = input;
  assert(amountMicros > 0n, "a debit is above zero");
  return postDebit(tx, ctx, input, { amountMicros, order, lot, to, mayOwe });
}

/** Where credits of a source come from, by the source: the platform account that gives them. */
const GIVERS = {
  promo: "promotions",
  referral: "referral_expense",
  purchased: "cash_issued",
  vested: "pool_inventory",
  unvested: "pool_inventory",
} as const satisfies Partial<Record<AccountName, AccountName>>;

export type CreditInput = Posting & {
  source: keyof typeof GIVERS;
  amountMicros: Micros;
  /** What was paid for all of it; only purchased credits have a price. */
  paidNanos?: Nanos;
  expiresMs?: number | null;
};

/**
 * Bring credits into a wallet, once per (scope, key); a debt of the wallet is paid from them at once.
 *
 * Promo and purchased credits become a lot, with its price and expiry.
 * Rounding: the lot's price per credit is rounded down to a nanodollar.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function creditWallet(
  tx: Tx,
  ctx: Ctx,
  input: CreditInput,
): Promise<{ transfer: Uuid; lot: bigint | null }> {
  const { source, amountMicros, paidNanos = 0n, expiresMs = null } = input;
  assert(amountMicros > 0n, "a credit is above zero");
  assert(paidNanos === 0n || source === "purchased", "only purchased credits have a price");
  return postCredit(tx, ctx, input, {
    source,
    amountMicros,
    from: GIVERS[source],
    usdNanosPerCredit: divideDown(paidNanos * MICROS_PER_CREDIT, amountMicros),
    expiresMs,
  });
}

export type ReverseInput = Posting & {
  /** The transfer of the debit that is turned round. */
  debit: Uuid;
  /** The purchased lot into which comes what was owed and has been paid meanwhile. */
  lot: bigint;
};

/**
 * Give back what a debit took, once per (scope, key): each source and lot gets what came from it.
 *
 * What the debit made the wallet owe is owed no more; as far as that was paid meanwhile it comes back as purchased
 * credits: into the lot, and what finds no room there into a new lot that nothing was paid for.
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export const reverseDebit = (
  tx: Tx,
  ctx: Ctx,
  input: ReverseInput,
): Promise<{ transfer: Uuid; restoredMicros: Micros; forgivenMicros: Micros }> => postReversal(tx, ctx, input, input);

/**
 * Grant what a contribution is worth, once per (scope, key): its owner's part as unvested credits, and the platform's fee
 * as a line of its own in the same transfer. A debt of the wallet is paid from what may be spent in advance.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function grantContribution(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { netMicros: Micros; feeMicros: Micros },
): Promise<{ transfer: Uuid }> {
  assert(input.netMicros > 0n && input.feeMicros >= 0n, "a grant is above zero, its fee isn't below");
  return postContribution(tx, ctx, { ...input, kind: "grant" }, input);
}

/**
 * Turn unvested credits into vested ones, once per (scope, key); what was spent in advance is covered first.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function vestCredits(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { amountMicros: Micros },
): Promise<{ transfer: Uuid; coveredMicros: Micros }> {
  assert(input.amountMicros > 0n, "a vesting is above zero");
  return postVesting(tx, ctx, { ...input, kind: "vest" }, input.amountMicros);
}

/**
 * Take back what a contribution was granted and never vested: from unvested, vested, then any source, then as debt.
 *
 * Errors: `ScripError` idempotency_conflict where the key stood for another request.
 */
export async function clawBackCredits(
  tx: Tx,
  ctx: Ctx,
  input: Omit<Posting, "kind"> & { amountMicros: Micros },
): Promise<{ transfer: Uuid; takenMicros: Micros; owedMicros: Micros }> {
  assert(input.amountMicros > 0n, "a claw-back is above zero");
  return postClawBack(tx, ctx, { ...input, kind: "clawback" }, input.amountMicros);
}

/**
 * Say how many unvested credits wallets that this transaction has locked may spend in advance. What they have spent already
 * stays spent. Units: microcredits.
 */
export async function setAdvanceLimits(tx: Tx, limits: ReadonlyMap<bigint, Micros>): Promise<void> {
  for (const limit of limits.values()) assert(limit >= 0n, "an advance limit isn't negative");
  if (limits.size > 0) await writeLimits(tx, limits);
}
