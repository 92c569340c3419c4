import type { Tx } from "../db";
import { queries } from "../db/models";
import { micros, type Micros } from "../money";
import { type Cash, sumCash } from "../payments";

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
async function sumIssued(reader: Tx, { fromMs, toMs }: Range): Promise<Record<Source, Micros>> {
  // Sums are numeric: text, read exactly.
  const rows = await queries(reader).$queryRaw<{ account: number; amount: string }[]>`
    select source as account, sum(amount_micros)::text as amount from books.issued_credit
    where at >= ${new Date(fromMs)} and at < ${new Date(toMs)} group by 1`;
  const of = (source: Source): Micros =>
    micros(rows.reduce((sum, row) => (SOURCES[row.account] === source ? sum + BigInt(row.amount) : sum), 0n));
  return { purchased: of("purchased"), earned: of("earned"), promo: of("promo"), referral: of("referral") };
}

/** What came in and went out. Units: microcredits, nanodollars. */
export type Flows = { issued: Record<Source, Micros>; cash: Cash };

/** The credits that were issued within [from, to), by source, and the money that orders moved. */
export async function readFlows(reader: Tx, range: { fromMs: number; toMs: number }): Promise<Flows> {
  const [issued, cash] = await Promise.all([sumIssued(reader, range), sumCash(reader, range)]);
  return { issued, cash };
}
