export { CreditsInput, DecimalInput, PositiveCreditsInput, UsdInput } from "./amounts";
export { areRangesWithin, networkOf } from "./address-ranges";
export { addressMatcher, clientAddressReader, WEB_PORT_HEADER, type ClientAddress } from "./client-address";
export { otherListsCursor, readCursor, toPage, writeCursor } from "./cursor";
export { drain, endEarly, isEarly } from "./early-reply";
export { dropNamedHeaders, endToEndHeaders, isHopHeader } from "./hop-headers";
export { credits, decimal, NumberLiteral, toJson, usd } from "./json";
export { JSON_BOUNDS, JsonScan } from "./json-structure";
export { listen } from "./listen";
export { NotYet } from "./not-yet";
export { isSameSecret, refuseToStrangers } from "./operator-access";
export {
  CONNECTION_OPTIONS,
  createGuardedClient,
  type GuardedClient,
  type Reach,
  sharedGuardedClient,
  type SmallAnswer,
  type SmallCall,
  type SupplierAddress,
} from "./guarded-client";
export { isPrivateAddress, leadsToPrivateNetwork } from "./private-address";
export { toProblem, validationFailed } from "./problem";
export { isStorable, readJsonObject, readText } from "./read-json-object";
export { HEADER_BYTES_MAX, refuseUnreadable } from "./refuse-unreadable";
export { DayInput, LATEST_MS, TimeInput } from "./time-input";
