import type { Tx } from "../db";
import { queries } from "../db/models";
import { nanos, type Nanos } from "../money";
import {
  type FailedRefund,
  findFailedRefunds,
  findFrozen,
  findQuarantined,
  type Found,
  type FrozenOrder,
  type QuarantinedOrder,
} from "../payments";

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
async function findLowPools(reader: Tx, nowMs: number): Promise<LowPool[]> {
  const now = new Date(nowMs);
  const rows = await queries(reader).$queryRaw<LowPoolRow[]>`
    with served as (
      select distinct provider from enabled_model m where exists (
        select from card_version c where c.model_id = m.id and c.kind = 'price' and c.effective_from <= ${now})),
    supply as (
      select c.provider, bool_or(k.quota_nanos is null) as is_unlimited, sum(k.quota_nanos - k.cost_nanos) as amount
      from pool_key_status k join channel_terms c on c.id = k.channel_id
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
