import type { Tx } from "../db";
import { assert } from "../errors";
import { credits, type NumberLiteral } from "../http";
import { micros, type Micros, ZERO_MICROS } from "../money";
import { toIso } from "../time";
import { type AccountName, ACCOUNTS, TRANSFER_KINDS, type TransferKind } from "./kinds";
import { findLines, findLots, findWallet, type LineRow, type LotRow, sumWallets } from "./read.store";

/** What a wallet holds. `bySource` sums to `availableMicros + heldMicros`; earned is vested and unvested together. */
export type Balance = {
  availableMicros: Micros;
  spendableMicros: Micros;
  heldMicros: Micros;
  debtMicros: Micros;
  advanceMicros: Micros;
  bySource: { promo: Micros; referral: Micros; purchased: Micros; earned: Micros };
  vestedMicros: Micros;
  unvestedMicros: Micros;
};

/** Read a wallet's balance in one row. Units: microcredits. Errors: an assertion where there is no such wallet. */
export async function readBalance(reader: Tx, wallet: bigint): Promise<Balance> {
  const row = await findWallet(reader, wallet);
  assert(row, `no wallet ${wallet}`);
  const earned = micros(row.vested + row.unvested);
  const total = row.promo + row.referral + row.purchased + earned;
  return {
    availableMicros: micros(total - row.held),
    spendableMicros: row.spendable,
    heldMicros: row.held,
    debtMicros: row.debt,
    advanceMicros: row.advance,
    bySource: { promo: row.promo, referral: row.referral, purchased: row.purchased, earned },
    vestedMicros: row.vested,
    unvestedMicros: row.unvested,
  };
}

/** A balance in JSON, for `toJson`: the API and the gateway show the same. */
export type BalanceJson = Record<
  "available" | "spendable" | "held" | "debt" | "unvested" | "maturing" | "withdrawable",
  NumberLiteral
> & {
  by_source: Record<keyof Balance["bySource"], NumberLiteral>;
  as_of: string;
};

/** A balance as it is shown. Nothing is withdrawable before withdrawals exist. Units: credits, exact. */
export function balanceJson(balance: Balance, asOfMs: number): BalanceJson {
  const { promo, referral, purchased, earned } = balance.bySource;
  return {
    available: credits(balance.availableMicros),
    spendable: credits(balance.spendableMicros),
    held: credits(balance.heldMicros),
    debt: credits(balance.debtMicros),
    by_source: {
      promo: credits(promo),
      referral: credits(referral),
      purchased: credits(purchased),
      earned: credits(earned),
    },
    unvested: credits(balance.unvestedMicros),
    maturing: credits(ZERO_MICROS),
    withdrawable: credits(ZERO_MICROS),
    as_of: toIso(asOfMs),
  };
}

/** Credits that came in together: how many, and how many of them are left. */
export type Lot = LotRow;

/** Lots by their ids; what doesn't exist is left out. Units: microcredits. */
export async function readLots(reader: Tx, lots: readonly bigint[]): Promise<ReadonlyMap<bigint, Lot>> {
  if (lots.length === 0) return new Map();
  const rows = await findLots(reader, lots);
  return new Map(rows.map((row) => [row.id, row]));
}

/** One movement of a wallet: signed, with what all sources together came to after it. */
export type Movement = LineRow;

const KIND_NAMES = new Map(
  Object.entries(TRANSFER_KINDS).map(([name, code]) => [code as number, name as TransferKind]),
);
const ACCOUNT_NAMES = new Map(Object.entries(ACCOUNTS).map(([name, code]) => [code as number, name as AccountName]));

/**
 * A wallet's movements, newest first: one for each source and lot that a transfer touched.
 *
 * `before` is the `seq` of the last one of the page before; `kind` keeps one kind.
 */
export async function listTransfers(
  reader: Tx,
  input: { wallet: bigint; before: bigint | null; limit: number; kind?: TransferKind },
): Promise<Movement[]> {
  const code = input.kind === undefined ? null : TRANSFER_KINDS[input.kind];
  const rows = await findLines(reader, input.wallet, input.before, input.limit, code);
  return rows.map((row) => {
    const kind = KIND_NAMES.get(row.kind);
    const source = ACCOUNT_NAMES.get(row.source);
    assert(kind && source, `a line of unknown kind ${row.kind} or source ${row.source}`);
    return { ...row, kind, source };
  });
}

/** What all wallets hold together. `bySource` sums to `availableMicros + heldMicros`; earned is vested and unvested. */
export type Outstanding = {
  availableMicros: Micros;
  heldMicros: Micros;
  debtMicros: Micros;
  bySource: { promo: Micros; referral: Micros; purchased: Micros; earned: Micros };
  unvestedMicros: Micros;
};

/** Every credit that is out: what the platform owes its users, in one statement. Units: microcredits. */
export async function readOutstanding(reader: Tx): Promise<Outstanding> {
  const { promo, referral, purchased, vested, unvested, held, debt } = await sumWallets(reader);
  const earned = micros(vested + unvested);
  return {
    availableMicros: micros(promo + referral + purchased + earned - held),
    heldMicros: held,
    debtMicros: debt,
    bySource: { promo, referral, purchased, earned },
    unvestedMicros: unvested,
  };
}
