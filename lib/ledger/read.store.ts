import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";
import { micros, type Micros } from "../money";
import type { AccountName, TransferKind } from "./kinds";

export type WalletRow = {
  promo: Micros;
  referral: Micros;
  purchased: Micros;
  vested: Micros;
  unvested: Micros;
  held: Micros;
  debt: Micros;
  advance: Micros;
  spendable: Micros;
};

export async function findWallet(reader: Tx, wallet: bigint): Promise<WalletRow | null> {
  const rows = await queries(reader).$queryRaw<WalletRow[]>`
    select w.promo, w.referral, w.purchased, w.vested, w.unvested, w.held, w.debt, w.advance,
      books.spendable(w) as spendable
    from books.wallet w where w.id = ${wallet}`;
  return rows[0] ?? null;
}

type WalletSums = Pick<WalletRow, "promo" | "referral" | "purchased" | "vested" | "unvested" | "held" | "debt">;
type SumColumn = Record<keyof WalletSums, string>;

/** What all wallets hold, added up. */
export async function sumWallets(reader: Tx): Promise<WalletSums> {
  // Sums are numeric: text, read exactly.
  const rows = await queries(reader).$queryRaw<SumColumn[]>`
    select coalesce(sum(promo), 0)::text as promo, coalesce(sum(referral), 0)::text as referral,
      coalesce(sum(purchased), 0)::text as purchased, coalesce(sum(vested), 0)::text as vested,
      coalesce(sum(unvested), 0)::text as unvested, coalesce(sum(held), 0)::text as held,
      coalesce(sum(debt), 0)::text as debt
    from books.wallet`;
  const of = (name: keyof SumColumn): Micros => micros(BigInt(rows[0]?.[name] ?? "0"));
  return {
    promo: of("promo"),
    referral: of("referral"),
    purchased: of("purchased"),
    vested: of("vested"),
    unvested: of("unvested"),
    held: of("held"),
    debt: of("debt"),
  };
}

export type LotRow = { id: bigint; grantedMicros: Micros; remainingMicros: Micros };

export async function findLots(reader: Tx, lots: readonly bigint[]): Promise<LotRow[]> {
  return queries(reader).$queryRaw`
    select id, granted_micros as "grantedMicros", remaining_micros as "remainingMicros"
    from books.lot where id = any (${lots}::bigint[])`;
}

export type LineRow = {
  seq: bigint;
  at: Date;
  transfer: Uuid;
  kind: TransferKind;
  source: AccountName;
  signedMicros: Micros;
  balanceAfterMicros: Micros;
  lot: bigint | null;
  refType: string | null;
  refId: string | null;
  memo: string | null;
};

/**
 * A wallet's lines, newest first, before a sequence number. Kinds and accounts are still numbers here.
 *
 * What moves between its own sources changes nothing that it has: of these only what vests is news, and good news.
 */
export async function findLines(
  reader: Tx,
  wallet: bigint,
  before: bigint | null,
  limit: number,
  kind: number | null,
): Promise<(Omit<LineRow, "kind" | "source"> & { kind: number; source: number })[]> {
  return queries(reader).$queryRaw`
    select l.seq, l.at, l.transfer, l.kind, l.lot,
      case when l.to_account < 100 and l.from_account > 100 then l.to_account else l.from_account end as source,
      case when l.from_account > 100 or l.to_account < 6 then l.amount_micros else -l.amount_micros end::bigint as "signedMicros",
      l.balance_after as "balanceAfterMicros", t.ref_type as "refType", t.ref_id as "refId", t.memo
    from books.line l
    left join lateral (select ref_type, ref_id, memo from books.transfer t where t.id = l.transfer and t.at = l.at) t on true
    where l.wallet = ${wallet} and (l.from_account > 100 or l.to_account > 5 or (l.kind = 8 and l.to_account = 4))
      ${before === null ? Prisma.empty : Prisma.sql`and l.seq < ${before}`}
      ${kind === null ? Prisma.empty : Prisma.sql`and l.kind = ${kind}`}
    order by l.seq desc limit ${limit}`;
}
