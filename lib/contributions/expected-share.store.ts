import type { Tx } from "../db";
import { queries } from "../db/models";
import { micros, type Micros } from "../money";

/** What one provider's contributed keys made due, and what of it their requests' charges earn. Units: microcredits. */
export type Served = { provider: string; requests: bigint; dueMicros: Micros; earnedMicros: Micros };

/**
 * What contributed keys served since a time, by provider, of the newest `limit` attempts. A contribution's surplus makes up
 * for no other one's lack.
 */
export async function sumServed(reader: Tx, sinceMs: number, limit: number): Promise<Served[]> {
  const rows = await queries(reader).$queryRaw<{ provider: string; requests: bigint; due: bigint; earned: bigint }[]>`
    with recent as (
      select contribution_id, cost_nanos, charged_micros from vesting where created_at >= ${new Date(sinceMs)}
      order by created_at desc limit ${limit}),
    by_key as (
      select c.provider, count(*) as requests, floor(sum(r.cost_nanos) * c.net_micros / c.quota_nanos) as due,
        floor(sum(r.charged_micros) * (1 - c.fee_share::numeric)) as earned
      from recent r join contribution c on c.id = r.contribution_id group by c.id)
    select provider, sum(requests)::bigint as requests, sum(due)::bigint as due, sum(least(due, earned))::bigint as earned
    from by_key group by provider having sum(due) >= 1 order by provider`;
  return rows.map(({ provider, requests, due, earned }) => ({
    provider,
    requests,
    dueMicros: micros(due),
    earnedMicros: micros(earned),
  }));
}
