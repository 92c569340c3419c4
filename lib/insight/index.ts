export { type Advice, type Pnl, type PnlFigures, type Rates, worthOf } from "./pnl";
export { PNL_GROUPS } from "./pnl.store";
export { type Alarms, readAlarms } from "./read-alarms";
export { type Flows, readFlows } from "./read-flows";
export { readPnl } from "./read-pnl";
