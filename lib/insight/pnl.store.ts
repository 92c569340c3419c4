import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import { formatDecimal, micros, nanos } from "../money";
import { type Pnl, type Rates, computePnl, type UsageTotals } from "./pnl";

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
  fees: string;
  backed: string;
};

/**
 * What the requests that arrived in [from, to) came to, by group, provider and model: one statement, so one snapshot.
 *
 * A request settles within two days of its arrival, so that no other lines are looked at, and vests at once; a week is
 * looked at, since the workers may have been away. Of what it vested, as much is backed as its payer's money buys at the
 * nominal value: of purchased credits what their lot cost, of earned ones what a contributor is paid for them; nothing
 * where payer and contributor are one, or one brought the other.
 */
async function sumRequests(
  reader: Tx,
  { fromMs, toMs, group, rates }: { fromMs: number; toMs: number; group: PnlGroup | null; rates: Rates },
): Promise<UsageTotals[]> {
  const column = group === null ? Prisma.sql`''` : GROUP_COLUMNS[group];
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const nominal = formatDecimal(rates.usdPerCredit.digits * 1_000_000_000n, rates.usdPerCredit.scale);
  const payout = formatDecimal(rates.payoutPer100, 2);
  const rows = await queries(reader).$queryRaw<Row[]>`
    with paid as (
      select b.request, sum(b.amount_micros * b.usd_nanos_per_credit::numeric) as amount,
        sum(b.amount_micros * f.fee_nanos::numeric / f.credits_micros) as fee
      from books.burned_credit b left join lot_fee f on f.lot_id = b.lot
      where b.at >= ${from} and b.at < ${to}::timestamptz + interval '2 days' group by 1),
    vested as (
      select u.request, sum(v.vested_micros) as amount
      from vested_request v join account_wallet owner on owner.user_id = v.user_id
      join books.request_payer u on u.request = v.hold and u.at >= ${from} and u.at < ${to}
      join account_wallet payer on payer.wallet_id = u.wallet
      where v.created_at >= ${from} and v.created_at < ${to}::timestamptz + interval '7 days'
        and payer.user_id <> owner.user_id
        and payer.user_id is distinct from owner.referred_by_id and owner.user_id is distinct from payer.referred_by_id
      group by u.request)
    select ${column} as "group", u.provider, u.model,
      sum(u.charge_micros)::text as charge,
      sum(u.promo_micros + u.referral_micros)::text as granted,
      sum(u.cost_nanos)::text as cost,
      coalesce(sum(u.cost_nanos) filter (where u.key_owner is null), 0)::text as platform_cost,
      coalesce(div(sum(p.amount), 1000000), 0)::text as realised,
      coalesce(trunc(sum(p.fee)), 0)::text as fees,
      coalesce(sum(least(v.amount, div(coalesce(p.amount, 0) + (u.vested_micros + u.unvested_micros) * ${payout}::numeric,
        ${nominal}::numeric))) filter (where v.amount > 0), 0)::text as backed
    from books.usage u left join paid p on p.request = u.id left join vested v on v.request = u.id
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
    feesNanos: nanos(BigInt(row.fees)),
    backedMicros: micros(BigInt(row.backed)),
  }));
}

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
  return computePnl(await sumRequests(reader, input), input.rates, input.group !== null);
}
