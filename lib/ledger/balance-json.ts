import { credits, type NumberLiteral } from "../http";
import { ZERO_MICROS } from "../money";
import { toIso } from "../time";
import type { Balance } from "./read-balance";

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
