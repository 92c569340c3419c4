import * as z from "zod";
import type { Tx } from "../db";
import { queries } from "../db/models";

const BrokenLaw = z.object({ law: z.string(), states: z.string(), rows: z.int(), first: z.string() });

/** A law that was broken: the subject of its first row, and how many rows were found, at most 20. */
export type BrokenLaw = z.output<typeof BrokenLaw>;
/** What one check of the whole ledger found; `laws` is how many it was held against. */
export type LedgerCheck = { checkedMs: number; laws: number; broken: BrokenLaw[] };

export async function insertCheck(tx: Tx, { checkedMs, laws, broken }: LedgerCheck): Promise<void> {
  await queries(tx).ledger_check.create({ data: { checkedAt: new Date(checkedMs), laws, broken } });
}

/** What the last check of the whole ledger found; null before the first one. */
export async function lastLedgerCheck(reader: Tx): Promise<LedgerCheck | null> {
  const row = await queries(reader).ledger_check.findFirst({ orderBy: { id: "desc" } });
  return row && { checkedMs: row.checkedAt.getTime(), laws: row.laws, broken: z.array(BrokenLaw).parse(row.broken) };
}

export async function deleteChecks(tx: Tx, before: Date, limit: number): Promise<number> {
  return queries(tx).$executeRaw`
    delete from ledger_check where id in (select id from ledger_check where checked_at < ${before} limit ${limit})`;
}
