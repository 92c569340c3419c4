export { type Charge, chargeOf, type Cost, costOf, type Factor } from "./charge";
export { derivePrice, markupOf } from "./derive-price";
export { fieldsOf, pickFields, readField, unpricedParameters } from "./fields";
export { hasPrice, HOURS, isFree, rate } from "./rate";
export { type AppliedFactor, type ChargeLine, NO_FACTS, type Rated, type RequestFacts, type Usage } from "./rating";
export { type Ratio, ratioOf, toText as ratioText } from "./ratio";
export { type Bounds, outputTokensAffordable, worstCase } from "./worst-case";
