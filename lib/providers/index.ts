export {
  type Adapter,
  type Classification,
  KEY_FAULTS,
  type KeyAction,
  type KeyFault,
  type Endpoint,
  PROTOCOL_CAPABILITIES,
  type KeyCheck,
  type KeyCheckCall,
} from "./adapter";
export { BILL_FIELD_PLACES, findAdapter, RELAY_BILL_FIELDS } from "./adapters";
export { classifyFailure, readStatusWithin } from "./classify";
export { scrubText } from "./error-facts";
export { CEILING_SCRIPTS, ceilingMargin, RATIO_SCRIPTS, splitsDigits, tokenRatio, tokensAtMost } from "./token-counts";
export {
  isMeasured,
  type Measured,
  type Tokenizer,
  tokenizerOf,
  UNKNOWN_TOKENIZER,
  type Vocabulary,
} from "./tokenizer";
export { headersToCaller, headersToSupplier, resolveBaseUrl, supplierAddress, upstreamHostOf } from "./upstream";
