import type { Tx } from "../db";
import { micros, type Micros } from "../money";
import { sumWallets } from "./read.store";

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
