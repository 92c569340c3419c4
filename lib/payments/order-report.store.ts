import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { nanos, type Nanos } from "../money";

/** An order whose payment isn't what was asked for: paid, not credited, and waiting for somebody to decide. */
export type QuarantinedOrder = { id: Uuid; usdNanos: Nanos; problem: string; paidMs: number };

/** The latest of what an alert is about, and how many there are. */
export type Found<T> = { count: number; latest: T[] };

/** The orders in quarantine, the latest first. */
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

/** The frozen orders, the latest first. */
export async function findFrozen(reader: Tx, limit: number): Promise<Found<FrozenOrder>> {
  const rows = await queries(reader).$queryRaw<
    { id: string; paid: bigint; refunded: bigint; disputed: bigint; paid_at: Date | null; of: number }[]
  >`select id, coalesce(paid_nanos, usd_nanos) as paid, refunded_nanos as refunded, disputed_nanos as disputed, paid_at,
      (count(*) over ())::int as of
    from purchase where refunded_nanos + disputed_nanos > coalesce(paid_nanos, usd_nanos) + accepted_nanos
    order by paid_at desc nulls last, id desc limit ${limit}`;
  const latest = rows.map(({ id, paid, refunded, disputed, paid_at: paidAt }) => ({
    id: id as Uuid, // the column's type
    paidNanos: nanos(paid),
    refundedNanos: nanos(refunded),
    disputedNanos: nanos(disputed),
    paidMs: paidAt?.getTime() ?? 0,
  }));
  return { count: rows[0]?.of ?? 0, latest };
}

/** A refund that didn't get through, with the reason that Stripe or Scrip gave, and no later one in its place. */
export type FailedRefund = { purchaseId: Uuid; usdNanos: Nanos; problem: string; failedMs: number };

/** A refund that nobody tried again for so long is news no more. */
const FAILED_SHOWN_DAYS = 30;

/** The failed refunds of the last 30 days, the latest first. */
export async function findFailedRefunds(reader: Tx, nowMs: number, limit: number): Promise<Found<FailedRefund>> {
  const rows = await queries(reader).$queryRaw<
    { purchase_id: string; usd: bigint; problem: string | null; failed_at: Date; of: number }[]
  >`select r.purchase_id, r.usd_nanos as usd, r.problem, r.failed_at, (count(*) over ())::int as of
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
  return { count: rows[0]?.of ?? 0, latest };
}

type Range = { fromMs: number; toMs: number };

/** Money of orders that were credited: what came in within [from, to), with Stripe's fees as far as they are known, and what went back of any of them. */
export type Cash = { paidNanos: Nanos; feesNanos: Nanos; refundedNanos: Nanos; disputedNanos: Nanos };

/** Refunds count from when they are asked for, disputes until they are won; an inquiry and an issuer's warning move no money. */
export async function sumCash(reader: Tx, { fromMs, toMs }: Range): Promise<Cash> {
  const [from, to] = [new Date(fromMs), new Date(toMs)];
  const rows = await queries(reader).$queryRaw<{ paid: string; fees: string; refunded: string; disputed: string }[]>`
    select
      coalesce(sum(usd_nanos), 0)::text as paid, coalesce(sum(fee_nanos), 0)::text as fees,
      (select coalesce(sum(r.usd_nanos), 0)::text from purchase_refund r join purchase p on p.id = r.purchase_id
        where p.credited_at is not null and r.state <> 'failed' and r.created_at >= ${from} and r.created_at < ${to}) as refunded,
      (select coalesce(sum(d.usd_nanos), 0)::text from purchase_dispute d join purchase p on p.id = d.purchase_id
        where p.credited_at is not null and d.state <> 'won' and d.is_withdrawn
          and d.created_at >= ${from} and d.created_at < ${to}) as disputed
    from purchase where credited_at is not null and paid_at >= ${from} and paid_at < ${to}`;
  const [row] = rows;
  return {
    paidNanos: nanos(BigInt(row?.paid ?? "0")),
    feesNanos: nanos(BigInt(row?.fees ?? "0")),
    refundedNanos: nanos(BigInt(row?.refunded ?? "0")),
    disputedNanos: nanos(BigInt(row?.disputed ?? "0")),
  };
}
