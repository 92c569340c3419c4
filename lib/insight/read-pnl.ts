import type { Tx } from "../db";
import { reckonPnl, type Pnl, type Rates } from "./pnl";
import { sumRequests, type PnlGroup } from "./pnl.store";

/**
 * Profit and loss of the requests that arrived in [from, to): what they were charged in credits, and what they cost in
 * dollars, from their usage records, the lots that they burned, and what vested with them.
 *
 * Days are UTC's, the latest first.
 */
export async function readPnl(
  reader: Tx,
  input: { fromMs: number; toMs: number; group: PnlGroup | null; rates: Rates },
): Promise<Pnl> {
  return reckonPnl(await sumRequests(reader, input), input.rates, input.group !== null);
}
