import type pg from "pg";
import type { Uuid } from "../ids";
import type { Micros } from "../money";
import type { AppliedFactor, ChargeLine } from "../pricing";

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
