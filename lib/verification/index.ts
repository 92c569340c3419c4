export { checkLedger, forgetOldChecks, verifyBooks } from "./verification";
export { type BrokenLaw, lastLedgerCheck, type LedgerCheck } from "./verification.store";
