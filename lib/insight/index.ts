export type { Advice, Pnl, PnlFigures, Rates } from "./pnl";
export { PNL_GROUPS, type PnlGroup } from "./pnl.store";
export { readPnl } from "./read-pnl";
