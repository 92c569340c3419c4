export {
  addressMatcher,
  areRangesWithin,
  type ClientAddress,
  clientAddressReader,
  isPrivateAddress,
  leadsToPrivateNetwork,
  networkOf,
  WEB_PORT_HEADER,
} from "./addresses";
export { otherListsCursor, readCursor, toPage, writeCursor } from "./cursor";
export {
  CONNECTION_OPTIONS,
  createGuardedClient,
  type GuardedClient,
  type Reach,
  sharedGuardedClient,
  type SmallAnswer,
  type SmallCall,
  type SupplierAddress,
  wasStale,
} from "./guarded-client";
export { createDecoder, encodingOf } from "./encodings";
export {
  credits,
  CreditsInput,
  DayInput,
  decimal,
  DecimalInput,
  isStorable,
  LATEST_MS,
  NumberLiteral,
  PositiveCreditsInput,
  readJsonObject,
  readText,
  TimeInput,
  toJson,
  usd,
  UsdInput,
} from "./json";
export { JSON_BOUNDS, JsonScan } from "./json-structure";
export { NotYet, toProblem, validationFailed } from "./problem";
export {
  drain,
  dropNamedHeaders,
  endEarly,
  endToEndHeaders,
  HEADER_BYTES_MAX,
  isEarly,
  isHopHeader,
  isSameSecret,
  listen,
  refuseOperatorAccess,
  refuseUnreadable,
} from "./server";
