import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import { formatDecimal, type Micros } from "../money";
import { LIVE_MS } from "../pool";
import type { AdvanceTerms, LiveGrant } from "./valuation";

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
