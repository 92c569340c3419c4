import type { Tx } from "../db";
import { findLots, type LotRow } from "./read.store";

/** Credits that came in together: how many, and how many of them are left. */
export type Lot = LotRow;

/** Lots by their ids; what doesn't exist is left out. Units: microcredits. */
export async function readLots(reader: Tx, lots: readonly bigint[]): Promise<ReadonlyMap<bigint, Lot>> {
  if (lots.length === 0) return new Map();
  const rows = await findLots(reader, lots);
  return new Map(rows.map((row) => [row.id, row]));
}
