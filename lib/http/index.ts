export { CreditsInput, DecimalInput, PositiveCreditsInput, UsdInput } from "./amounts";
export { addressMatcher, clientAddressReader, WEB_PORT_HEADER, type ClientAddress } from "./client-address";
export { readCursor, toPage, writeCursor, type Cursor } from "./cursor";
export { credits, decimal, NumberLiteral, toJson, usd } from "./json";
export { isPrivateAddress, leadsToPrivateNetwork, namesPrivateAddress, publicLookup } from "./private-address";
export { toFieldErrors, toProblem, validationFailed } from "./problem";
export { isStorable, readJsonObject } from "./read-json-object";
export { refuseUnreadable } from "./refuse-unreadable";
export { DayInput, LATEST_MS, TimeInput } from "./time-input";
