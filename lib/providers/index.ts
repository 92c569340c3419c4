export type { Adapter, Classification, OpenAiEndpoint } from "./adapter";
export { BILL_FIELD_NAMES } from "./bill-field-names";
export { classifyFailure } from "./classify-failure";
export { headersToCaller, headersToSupplier } from "./cross-headers";
export { findAdapter } from "./find-adapter";
export { KEY_FAULTS, type KeyAction, type KeyFault } from "./key-action";
export { readStatusWithin } from "./read-status-within";
export { resolveBaseUrl, supplierAddress } from "./resolve-base-url";
export { scrubText } from "./scrub-text";
