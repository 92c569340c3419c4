export { balanceJson, type BalanceJson } from "./balance-json";
export { clawBackCredits } from "./claw-back-credits";
export { type BooksOptions, createBooks } from "./create-books";
export { type CreditInput, creditWallet } from "./credit-wallet";
export { BURN_ORDER, type DebitInput, debitWallet } from "./debit-wallet";
export type {
  Books,
  Checkpoint,
  CounterLeg,
  Extend,
  ExtendOutcome,
  NextAttempt,
  NextAttemptOutcome,
  Release,
  ReleaseOutcome,
  Reserve,
  ReserveOutcome,
  Settle,
  SettleOutcome,
  UsageDraft,
  UsageEnd,
} from "./flush";
export { ACCOUNTS, type AccountName, TRANSFER_KINDS, type TransferKind } from "./kinds";
export { grantContribution } from "./grant-contribution";
export { keepLease, type Lease, LEASE_RENEW_MS, LEASE_TTL_MS } from "./lease";
export { listTransfers, type Movement } from "./list-transfers";
export type { Posting } from "./post.store";
export { type Balance, readBalance } from "./read-balance";
export { type Outstanding, readOutstanding } from "./read-outstanding";
export { type Lot, readLots } from "./read-lots";
export { type ReverseInput, reverseDebit } from "./reverse-debit";
export { lockAdvanceLimits } from "./post.store";
export { setAdvanceLimits } from "./set-advance-limits";
export { type LedgerReport, verifyLedger } from "./verify-ledger";
export type { Violation } from "./invariants.store";
export { vestCredits } from "./vest-credits";
export { expireLots } from "./expire-lots";
export { foldDeltas } from "./fold-deltas";
export { forgetOld } from "./forget-old";
export { makePartitions } from "./make-partitions";
