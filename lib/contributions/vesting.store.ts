import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";
import { formatDecimal, micros, type Micros, type Nanos } from "../money";
import { LIVE_MS } from "../pool";
import type { Settings } from "../settings";

/** What one settled attempt cost, was charged and vested. Units: nanodollars, microcredits. */
export type Vesting = {
  hold: Uuid;
  n: number;
  contributionId: Uuid;
  costNanos: Nanos;
  chargedMicros: Micros;
  vestedMicros: Micros;
};

/** Record what attempts vested. One that was recorded before breaks the transaction: nothing vests twice. */
export async function insertVestings(tx: Tx, vestings: readonly Vesting[], nowMs: number): Promise<void> {
  await queries(tx).$executeRaw`
    insert into vesting (hold, n, contribution_id, cost_nanos, charged_micros, vested_micros, created_at)
    select x.*, ${new Date(nowMs)}::timestamptz
    from unnest(${vestings.map(({ hold }) => hold)}::uuid[], ${vestings.map(({ n }) => n)}::smallint[],
      ${vestings.map(({ contributionId }) => contributionId)}::uuid[],
      ${vestings.map(({ costNanos }) => costNanos)}::bigint[],
      ${vestings.map(({ chargedMicros }) => chargedMicros)}::bigint[],
      ${vestings.map(({ vestedMicros }) => vestedMicros)}::bigint[]) x`;
}

/** What one provider's contributed keys made due, and what of it their requests' charges earn. Units: microcredits. */
export type ProviderEarnings = { provider: string; requests: bigint; dueMicros: Micros; earnedMicros: Micros };

/**
 * What contributed keys served since a time, by provider, of the newest `limit` attempts. A contribution's surplus makes up
 * for no other one's lack.
 */
export async function sumEarningsByProvider(reader: Tx, sinceMs: number, limit: number): Promise<ProviderEarnings[]> {
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

/** Of one contribution whose key is live: what was granted, what has vested, what is still to vest. Units: microcredits. */
export type LiveGrant = { netMicros: Micros; vestedMicros: Micros; unvestedMicros: Micros };

/** What the operator lets accounts spend in advance: at most so much, and of a grant this share before anything has vested. */
export type AdvanceTerms = Pick<Settings, "advance_limit" | "advance_at_once">;

/** The open proven contributions whose keys are live: in use, and served or passed a probe lately. */
const liveGrants = (nowMs: number): Prisma.Sql => Prisma.sql`
  select c.wallet_id as wallet, c.net_micros as net, c.vested_micros as vested,
    c.net_micros - c.vested_micros - c.taken_micros as unvested
  from contribution c join pool_key_status k on k.id = c.pool_key_id
  where c.state = 'open' and c.is_proven and k.state = 'active' and k.alive_at > ${new Date(nowMs - LIVE_MS)}`;

/** What these wallets were granted for keys that are live, by wallet. Units: microcredits. */
export async function listLiveGrants(
  tx: Tx,
  wallets: readonly bigint[],
  nowMs: number,
): Promise<Map<bigint, LiveGrant[]>> {
  const rows = await queries(tx).$queryRaw<{ wallet: bigint; net: Micros; vested: Micros; unvested: Micros }[]>`
    select * from (${liveGrants(nowMs)}) g where g.wallet = any (${[...wallets]}::bigint[])`;
  const grants = new Map<bigint, LiveGrant[]>();
  for (const { wallet, net: netMicros, vested: vestedMicros, unvested: unvestedMicros } of rows) {
    const ofWallet = grants.get(wallet) ?? [];
    ofWallet.push({ netMicros, vestedMicros, unvestedMicros });
    grants.set(wallet, ofWallet);
  }
  return grants;
}

/** Wallets whose limit isn't what their contributions allow by now, in the order of their ids. */
export async function listStaleAdvances(
  tx: Tx,
  terms: AdvanceTerms,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<bigint[]> {
  const share = formatDecimal(terms.advance_at_once.digits, terms.advance_at_once.scale);
  // Nothing is rounded here, and each grant counts less than a microcredit too much for it.
  const rows = await queries(tx).$queryRaw<{ wallet: bigint }[]>`
    with allowed as (
      select wallet, count(*) as n, sum(least(unvested, net * ${share}::numeric + vested)) as amount
      from (${liveGrants(nowMs)}) g group by wallet)
    select w.wallet
    from books.advance_limit w left join allowed a on a.wallet = w.wallet
    where (w.advance_limit > 0 or a.wallet is not null)
      and abs(w.advance_limit - least(${terms.advance_limit}::bigint, coalesce(a.amount, 0))) >= greatest(1, coalesce(a.n, 0))
    order by w.wallet limit ${limit}`;
  return rows.map(({ wallet }) => wallet);
}
