import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { nanos, type Nanos } from "../money";

/** A provider whose published models its keys can't serve, or not for another day. */
export type LowPool = {
  provider: string;
  /** What is left on the keys in use; null where there is none. */
  leftNanos: Nanos | null;
  /** What its requests cost in the last 24 hours. */
  dayCostNanos: Nanos;
};

type LowPoolRow = { provider: string; left: string | null; spent: string };

/** Providers with a priced model that no key in use serves, or whose keys have less left than the last day cost. */
export async function findLowPools(reader: Tx, nowMs: number): Promise<LowPool[]> {
  const now = new Date(nowMs);
  const rows = await queries(reader).$queryRaw<LowPoolRow[]>`
    with served as (
      select distinct provider from model m where enabled and exists (
        select from card c where c.model_id = m.id and c.kind = 'price' and c.effective_from <= ${now})),
    supply as (
      select c.provider, bool_or(k.quota_nanos is null) as is_unlimited, sum(k.quota_nanos - k.cost_nanos) as amount
      from pool_key k join channel c on c.id = k.channel_id
      where c.enabled and k.state = 'active' and (k.quota_nanos is null or k.quota_nanos > k.cost_nanos)
      group by 1),
    spent as (
      select provider, sum(cost_nanos) as amount from books.usage
      where at >= ${now}::timestamptz - interval '1 day' group by 1)
    select provider, case when s.provider is not null then s.amount end::text as left,
      coalesce(p.amount, 0)::text as spent
    from served left join supply s using (provider) left join spent p using (provider)
    where s.is_unlimited is null or (not s.is_unlimited and s.amount < p.amount)
    order by provider`;
  return rows.map(({ provider, left, spent }) => ({
    provider,
    leftNanos: left === null ? null : nanos(BigInt(left)),
    dayCostNanos: nanos(BigInt(spent)),
  }));
}

/** An order whose payment isn't what was asked for: paid, not credited, and waiting for somebody to decide. */
export type QuarantinedOrder = { id: Uuid; usdNanos: Nanos; problem: string; paidMs: number };

/** The latest of what an alert is about, and how many there are. */
export type Found<T> = { count: number; latest: T[] };

export async function findQuarantined(reader: Tx, limit: number): Promise<Found<QuarantinedOrder>> {
  const where = { state: "quarantined", creditedAt: null };
  const count = await queries(reader).purchase.count({ where });
  const rows = await queries(reader).purchase.findMany({ where, orderBy: { paidAt: "desc" }, take: limit });
  const latest = rows.map(({ id, usdNanos, problem, paidAt, createdAt }) => ({
    id: id as Uuid, // the column's type
    usdNanos: nanos(usdNanos),
    problem: problem ?? "",
    paidMs: (paidAt ?? createdAt).getTime(),
  }));
  return { count, latest };
}

/** An order of which refunds and disputes sent back more than was paid: frozen until an admin accepts the loss. */
export type FrozenOrder = { id: Uuid; paidNanos: Nanos; refundedNanos: Nanos; disputedNanos: Nanos; paidMs: number };

export async function findFrozen(reader: Tx, limit: number): Promise<Found<FrozenOrder>> {
  const rows = await queries(reader).$queryRaw<
    { id: string; paid: bigint; refunded: bigint; disputed: bigint; paid_at: Date | null; of: bigint }[]
  >`select id, coalesce(paid_nanos, usd_nanos) as paid, refunded_nanos as refunded, disputed_nanos as disputed, paid_at,
      count(*) over () as of
    from purchase where refunded_nanos + disputed_nanos > coalesce(paid_nanos, usd_nanos) + accepted_nanos
    order by paid_at desc nulls last, id desc limit ${limit}`;
  const latest = rows.map(({ id, paid, refunded, disputed, paid_at: paidAt }) => ({
    id: id as Uuid, // the column's type
    paidNanos: nanos(paid),
    refundedNanos: nanos(refunded),
    disputedNanos: nanos(disputed),
    paidMs: paidAt?.getTime() ?? 0,
  }));
  return { count: Number(rows[0]?.of ?? 0n), latest };
}

/** A refund that didn't get through, with the reason that Stripe or Scrip gave, and no later one in its place. */
export type FailedRefund = { purchaseId: Uuid; usdNanos: Nanos; problem: string; failedMs: number };

/** A refund that nobody tried again for so long is news no more. */
const FAILED_SHOWN_DAYS = 30;

export async function findFailedRefunds(reader: Tx, nowMs: number, limit: number): Promise<Found<FailedRefund>> {
  const rows = await queries(reader).$queryRaw<
    { purchase_id: string; usd: bigint; problem: string | null; failed_at: Date; of: bigint }[]
  >`select r.purchase_id, r.usd_nanos as usd, r.problem, r.failed_at, count(*) over () as of
    from purchase_refund r
    where r.state = 'failed' and r.failed_at > ${new Date(nowMs)}::timestamptz - make_interval(days => ${FAILED_SHOWN_DAYS})
      and not exists (select from purchase_refund later where later.purchase_id = r.purchase_id and later.id > r.id)
    order by r.failed_at desc limit ${limit}`;
  const latest = rows.map(({ purchase_id: purchaseId, usd, problem, failed_at: failedAt }) => ({
    purchaseId: purchaseId as Uuid, // the column's type
    usdNanos: nanos(usd),
    problem: problem ?? "",
    failedMs: failedAt.getTime(),
  }));
  return { count: Number(rows[0]?.of ?? 0n), latest };
}

/** What an operator has to look at, as far as it is recorded. */
export type Alerts = {
  lowPools: LowPool[];
  quarantined: Found<QuarantinedOrder>;
  frozen: Found<FrozenOrder>;
  failedRefunds: Found<FailedRefund>;
};

const ORDERS_SHOWN = 10;

/**
 * Providers that run out of keys, orders in quarantine, orders of which more went back than was paid, and refunds that
 * failed: all of them counted, the latest ten listed.
 */
export async function readAlerts(reader: Tx, nowMs: number): Promise<Alerts> {
  const [lowPools, quarantined, frozen, failedRefunds] = await Promise.all([
    findLowPools(reader, nowMs),
    findQuarantined(reader, ORDERS_SHOWN),
    findFrozen(reader, ORDERS_SHOWN),
    findFailedRefunds(reader, nowMs, ORDERS_SHOWN),
  ]);
  return { lowPools, quarantined, frozen, failedRefunds };
}
