import type pg from "pg";
import * as z from "zod";
import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import type { AppliedFactor, ChargeLine } from "../pricing";

/** As the column has it: `law` is the invariant's name. */
const StoredViolation = z
  .object({ law: z.string(), states: z.string(), rows: z.int(), first: z.string() })
  .transform(({ law, ...rest }) => ({ invariant: law, ...rest }));

/** An invariant that was violated: the subject of its first row, and how many rows were found, at most 20. */
export type BrokenInvariant = z.output<typeof StoredViolation>;
/** What one check of the whole ledger found; `invariants` is how many were verified. */
export type LedgerCheck = { checkedMs: number; invariants: number; broken: BrokenInvariant[] };

export async function insertCheck(tx: Tx, { checkedMs, invariants, broken }: LedgerCheck): Promise<void> {
  const stored = broken.map(({ invariant: law, ...rest }) => ({ law, ...rest }));
  await queries(tx).ledger_check.create({ data: { checkedAt: new Date(checkedMs), invariants, broken: stored } });
}

/** What the last check of the whole ledger found; null before the first one. */
export async function lastLedgerCheck(reader: Tx): Promise<LedgerCheck | null> {
  const row = await queries(reader).ledger_check.findFirst({ orderBy: { id: "desc" } });
  if (!row) return null;
  const broken = z.array(StoredViolation).parse(row.broken);
  return { checkedMs: row.checkedAt.getTime(), invariants: row.invariants, broken };
}

export async function deleteChecks(tx: Tx, before: Date, limit: number): Promise<number> {
  return queries(tx).$executeRaw`
    delete from ledger_check where id in (select id from ledger_check where checked_at < ${before} limit ${limit})`;
}

/** What a charged usage record says of its charge. `askedMicros` is what its card asked for, overrun included. */
export type ChargeRecord = {
  id: Uuid;
  at: Date;
  priceCard: bigint;
  askedMicros: Micros;
  meters: Record<string, number | string>;
  multipliers: AppliedFactor[];
  breakdown: ChargeLine[];
};

/** The next records with a charge after a place in their order, oldest first. */
export async function findChargeRecords(
  client: pg.PoolClient,
  after: { at: Date; id: Uuid } | null,
  limit: number,
): Promise<ChargeRecord[]> {
  const { rows } = await client.query<ChargeRecord>(
    `select id, at, price_card as "priceCard", charge_micros + overrun_micros as "askedMicros", meters, multipliers, breakdown
     from books.usage
     where charge_micros + overrun_micros > 0 and price_card is not null
       and ($1::timestamptz is null or (at, id) > ($1, $2::uuid))
     order by at, id limit $3`,
    [after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}
