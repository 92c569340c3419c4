export { claimReply, purgeReplies, releaseClaim, hasStoredReply, storeReply } from "./idempotency";
export { REPLY_BYTES_MAX, type StoredReply, type ReplyClaim } from "./idempotency.store";
