import type { Tx } from "../db";
import { queries } from "../db/models";
import type { Uuid } from "../ids";
import { type Micros, micros, type Nanos, nanos } from "../money";

/** A try at a supplier's key that cost something, taken from the books to be folded. Units: nanodollars. */
export type FoldedAttempt = { hold: Uuid; n: number; poolKey: Uuid | null; costNanos: Nanos };

/** What of a wallet a settlement burned: from one source, of one lot where it has lots, at that lot's price. */
export type BurnedCredits = {
  source: number;
  lot: bigint | null;
  amountMicros: Micros;
  /** What was paid for a credit of the lot; 0 where nothing was, null where the source has no lots. */
  usdNanosPerCredit: Nanos | null;
};

/** A settled attempt on a contributed key, with what vesting needs: who pays, with what, and whose key it was. */
export type SettledAttempt = {
  hold: Uuid;
  n: number;
  poolKey: Uuid;
  ownerId: Uuid;
  contributionId: Uuid | null;
  costNanos: Nanos;
  payerWallet: bigint;
  chargeMicros: Micros;
  burned: BurnedCredits[];
};

/**
 * Take settled attempts that their keys don't know of yet, and mark them in this transaction: once it commits nobody
 * else gets them, and if it rolls back somebody does. Those that another transaction has taken are passed over.
 */
export async function takeSettledAttempts(tx: Tx, limit: number): Promise<FoldedAttempt[]> {
  const rows = await queries(tx).$queryRaw<{ hold: Uuid; n: number; pool_key: Uuid | null; cost_nanos: Nanos }[]>`
    select hold::text, n, pool_key::text, cost_nanos from books.fold_attempts(${limit}::integer)`;
  return rows.map((row) => ({ hold: row.hold, n: row.n, poolKey: row.pool_key, costNanos: row.cost_nanos }));
}

type SettledRow = {
  hold: Uuid;
  n: number;
  pool_key: Uuid;
  owner_id: Uuid;
  contribution_id: Uuid | null;
  cost_nanos: Nanos;
  wallet: bigint;
  charge_micros: Micros;
  // Amounts inside json come as text.
  burned: { source: number; lot: string | null; amount: string; price: string | null }[] | null;
};

/**
 * The attempts among these holds that went to contributed keys, each with payer, lot prices and owner.
 *
 * The lines of a settlement carry the hold's id and the time at which it closed, so that one partition is read.
 */
export async function settledAttempts(tx: Tx, holds: readonly Uuid[]): Promise<SettledAttempt[]> {
  const rows = await queries(tx).$queryRaw<SettledRow[]>`
    select a.hold::text, a.n, a.pool_key::text, k.owner_id::text, k.contribution_id::text, a.cost_nanos, h.wallet,
      coalesce(h.charged_micros, 0) as charge_micros, b.burned
    from books.attempt a
    join books.hold h on h.id = a.hold
    join public.pool_key k on k.id = a.pool_key and k.owner_id is not null
    left join lateral (
      select json_agg(json_build_object('source', l.from_account, 'lot', l.lot::text, 'amount', l.amount_micros::text,
        'price', t.usd_nanos_per_credit::text) order by l.seq) as burned
      from books.line l left join books.lot t on t.id = l.lot
      where l.transfer = h.id and l.at = h.closed_at and l.wallet = h.wallet and l.kind = 5
    ) b on true
    where a.hold = any (${[...holds]}::uuid[]) and a.state = 1
    order by a.hold, a.n`;
  return rows.map((row) => ({
    hold: row.hold,
    n: row.n,
    poolKey: row.pool_key,
    ownerId: row.owner_id,
    contributionId: row.contribution_id,
    costNanos: row.cost_nanos,
    payerWallet: row.wallet,
    chargeMicros: row.charge_micros,
    burned: (row.burned ?? []).map(({ source, lot, amount, price }) => ({
      source,
      lot: lot === null ? null : BigInt(lot),
      amountMicros: micros(BigInt(amount)),
      usdNanosPerCredit: price === null ? null : nanos(BigInt(price)),
    })),
  }));
}
