export type { Advice, Pnl, PnlFigures } from "./pnl";
export { PNL_GROUPS, type PnlGroup } from "./pnl.store";
export { readPnl } from "./read-pnl";
