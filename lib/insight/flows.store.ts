import type { Tx } from "../db";
import { queries } from "../db/models";
import { micros, type Micros, nanos, type Nanos } from "../money";

type Range = { fromMs: number; toMs: number };

/** Where credits come from, as users are told it: earned is vested and unvested. */
export type Source = "purchased" | "earned" | "promo" | "referral";

const SOURCES: Readonly<Record<number, Source>> = {
  1: "promo",
  2: "referral",
  3: "purchased",
  4: "earned",
  5: "earned",
};

/** Credits that were new in [from, to), by source. What came back to a wallet isn't new: vesting, disputes won. */
export async function sumIssued(reader: Tx, { fromMs, toMs }: Range): Promise<Record<Source, Micros>> {
  // Sums are numeric: text, read exactly.
  const rows = await queries(reader).$queryRaw<{ account: number; amount: string }[]>`
    select to_account as account, sum(amount_micros)::text as amount from books.line
    where kind in (1, 7, 10, 18) and from_account > 100 and to_account <= 5
      and at >= ${new Date(fromMs)} and at < ${new Date(toMs)}
    group by 1`;
  const of = (source: Source): Micros =>
    micros(rows.reduce((sum, row) => (SOURCES[row.account] === source ? sum + BigInt(row.amount) : sum), 0n));
  return { purchased: of("purchased"), earned: of("earned"), promo: of("promo"), referral: of("referral") };
}

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

/** What came in and went out. Units: microcredits, nanodollars. */
export type Flows = { issued: Record<Source, Micros>; cash: Cash };

/** The credits that were issued within [from, to), by source, and the money that orders moved. */
export async function readFlows(reader: Tx, range: { fromMs: number; toMs: number }): Promise<Flows> {
  const [issued, cash] = await Promise.all([sumIssued(reader, range), sumCash(reader, range)]);
  return { issued, cash };
}
