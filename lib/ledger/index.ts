export {
  type Balance,
  balanceJson,
  listTransfers,
  type Lot,
  type Movement,
  type Outstanding,
  readBalance,
  readLots,
  readOutstanding,
} from "./balance";
export { createBooks } from "./create-books";
export {
  type Books,
  type Checkpoint,
  type CounterLeg,
  type Release,
  type Reserve,
  type ReserveOutcome,
  type Settle,
  type SettleOutcome,
  type UsageDraft,
  type UsageEnd,
} from "./flush";
export { type Violation } from "./invariants.store";
export { type AccountName, ACCOUNTS, TRANSFER_KINDS, type TransferKind } from "./kinds";
export { keepLease, type Lease, LEASE_STATEMENT_MS, LEASE_TIMINGS, LeaseTerm, type LeaseTimings } from "./lease";
export { expireLots, foldDeltas, makePartitions, purgeOldHolds } from "./maintenance.store";
export { lockAdvanceLimits, setFreeze } from "./post.store";
export { type LedgerReport, verifyLedger } from "./verify-ledger";
export {
  clawBackCredits,
  type CreditInput,
  creditWallet,
  debitWallet,
  grantContribution,
  reverseDebit,
  setAdvanceLimits,
  vestCredits,
} from "./wallet";
