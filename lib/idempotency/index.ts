export { claimReply, forgetOldReplies, forgetReply, hasStoredReply, keepReply } from "./idempotency";
export { KEPT_BYTES_MAX, type KeptReply, type ReplyClaim } from "./idempotency.store";
