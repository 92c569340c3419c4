export { type Alerts, readAlerts } from "./alerts.store";
export { type Flows, readFlows } from "./flows.store";
export { type Advice, type Pnl, type PnlFigures, type Rates, worthOf } from "./pnl";
export { PNL_GROUPS, readPnl } from "./pnl.store";
