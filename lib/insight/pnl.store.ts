import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import { micros, nanos } from "../money";
import type { UsageTotals } from "./pnl";

/** What profit and loss can be told apart by. */
export const PNL_GROUPS = ["day", "provider", "model", "channel"] as const;
export type PnlGroup = (typeof PNL_GROUPS)[number];

const GROUP_COLUMNS: Readonly<Record<PnlGroup, Prisma.Sql>> = {
  day: Prisma.sql`to_char(u.at at time zone 'UTC', 'YYYY-MM-DD')`,
  provider: Prisma.sql`u.provider`,
  model: Prisma.sql`u.model`,
  channel: Prisma.sql`coalesce(u.channel, '')`,
};

// Sums are numeric: text, read exactly.
type Row = {
  group: string;
  provider: string;
  model: string;
  charge: string;
  granted: string;
  cost: string;
  platform_cost: string;
  realised: string;
};

/**
 * What the requests that arrived in [from, to) came to, by group, provider and model: one statement, so one snapshot.
 *
 * A request settles within two days of its arrival, so that no other lines are looked at.
 */
export async function sumRequests(
  reader: Tx,
  { fromMs, toMs, group }: { fromMs: number; toMs: number; group: PnlGroup | null },
): Promise<UsageTotals[]> {
  const column = group === null ? Prisma.sql`''` : GROUP_COLUMNS[group];
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const rows = await queries(reader).$queryRaw<Row[]>`
    with paid as (
      select l.transfer, sum(l.amount_micros * t.usd_nanos_per_credit::numeric) as amount
      from books.line l join books.lot t on t.id = l.lot
      where l.kind = 5 and l.at >= ${from} and l.at < ${to}::timestamptz + interval '2 days' group by l.transfer)
    select ${column} as "group", u.provider, u.model,
      sum(u.charge_micros)::text as charge,
      sum(u.promo_micros + u.referral_micros)::text as granted,
      sum(u.cost_nanos)::text as cost,
      coalesce(sum(u.cost_nanos) filter (where u.key_owner is null), 0)::text as platform_cost,
      coalesce(div(sum(p.amount), 1000000), 0)::text as realised
    from books.usage_record u left join paid p on p.transfer = u.id
    where u.at >= ${from} and u.at < ${to}
    group by 1, 2, 3 order by 1 desc, 2, 3`;
  return rows.map((row) => ({
    group: row.group,
    provider: row.provider,
    model: row.model,
    chargeMicros: micros(BigInt(row.charge)),
    grantedMicros: micros(BigInt(row.granted)),
    costNanos: nanos(BigInt(row.cost)),
    platformCostNanos: nanos(BigInt(row.platform_cost)),
    realisedNanos: nanos(BigInt(row.realised)),
  }));
}
