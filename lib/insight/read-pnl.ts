import type { Tx } from "../db";
import type { Decimal } from "../money";
import { reckonPnl, type Pnl } from "./pnl";
import { sumRequests, type PnlGroup } from "./pnl.store";

/**
 * Profit and loss of the requests that arrived in [from, to): what they were charged in credits, and what they cost in
 * dollars, from their usage records and the lots that they burned.
 *
 * `usdPerCredit` is a credit's nominal value. Days are UTC's, the latest first.
 */
export async function readPnl(
  reader: Tx,
  input: { fromMs: number; toMs: number; group: PnlGroup | null; usdPerCredit: Decimal },
): Promise<Pnl> {
  return reckonPnl(await sumRequests(reader, input), input.usdPerCredit, input.group !== null);
}
