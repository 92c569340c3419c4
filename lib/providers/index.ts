export type { Adapter, Classification, OpenAiEndpoint } from "./adapter";
export { RELAY_BILL_FIELDS } from "./adapters";
export { BILL_FIELD_PLACES } from "./bill-field-names";
export { classifyFailure } from "./classify-failure";
export { headersToCaller, headersToSupplier } from "./cross-headers";
export { findAdapter } from "./find-adapter";
export { KEY_FAULTS, type KeyAction, type KeyFault } from "./key-action";
export { readStatusWithin } from "./read-status-within";
export { resolveBaseUrl, supplierAddress } from "./resolve-base-url";
export { scrubText } from "./scrub-text";
export { CEILING_SCRIPTS, ceilingMargin, tokensAtMost } from "./token-ceilings";
export { RATIO_SCRIPTS, splitsDigits, tokenRatio } from "./token-ratios";
export {
  isMeasured,
  type Measured,
  type Tokenizer,
  tokenizerOf,
  UNKNOWN_TOKENIZER,
  type Vocabulary,
} from "./tokenizer-of";
export { upstreamHostOf } from "./upstream-host";
