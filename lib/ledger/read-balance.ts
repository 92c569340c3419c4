import type { Tx } from "../db";
import { assert } from "../errors";
import { micros, type Micros } from "../money";
import { findWallet } from "./read.store";

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
