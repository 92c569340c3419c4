export { balanceJson } from "./balance-json";
export { clawBackCredits } from "./claw-back-credits";
export { createBooks } from "./create-books";
export { type CreditInput, creditWallet } from "./credit-wallet";
export { debitWallet } from "./debit-wallet";
export type {
  Books,
  Checkpoint,
  CounterLeg,
  Release,
  Reserve,
  ReserveOutcome,
  Settle,
  SettleOutcome,
  UsageDraft,
  UsageEnd,
} from "./flush";
export { ACCOUNTS, type AccountName, TRANSFER_KINDS, type TransferKind } from "./kinds";
export { grantContribution } from "./grant-contribution";
export { keepLease, type Lease, LEASE_STATEMENT_MS, LEASE_TIMINGS, LeaseTerm, type LeaseTimings } from "./lease";
export { listTransfers, type Movement } from "./list-transfers";
export { type Balance, readBalance } from "./read-balance";
export { type Outstanding, readOutstanding } from "./read-outstanding";
export { type Lot, readLots } from "./read-lots";
export { reverseDebit } from "./reverse-debit";
export { lockAdvanceLimits } from "./post.store";
export { setAdvanceLimits } from "./set-advance-limits";
export { type LedgerReport, verifyLedger } from "./verify-ledger";
export type { Violation } from "./invariants.store";
export { vestCredits } from "./vest-credits";
export { expireLots } from "./expire-lots";
export { foldDeltas } from "./fold-deltas";
export { forgetOld } from "./forget-old";
export { makePartitions } from "./make-partitions";
