import type { Tx } from "../db";
import type { Micros } from "../money";
import { type Cash, type Source, sumCash, sumIssued } from "./flows.store";

/** What came in and went out. Units: microcredits, nanodollars. */
export type Flows = { issued: Record<Source, Micros>; cash: Cash };

/** The credits that were issued within [from, to), by source, and the money that orders moved. */
export async function readFlows(reader: Tx, range: { fromMs: number; toMs: number }): Promise<Flows> {
  const [issued, cash] = await Promise.all([sumIssued(reader, range), sumCash(reader, range)]);
  return { issued, cash };
}
