export { checkLedger, purgeChecks, verifyBooks } from "./verification";
export { type BrokenInvariant, lastLedgerCheck, type LedgerCheck } from "./verification.store";
