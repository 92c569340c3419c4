import * as z from "zod";
import { credits } from "@/lib/http";
import type { Balance } from "@/lib/ledger";
import { ZERO_MICROS } from "@/lib/money";
import { toIso } from "@/lib/time";
import { Credits, Time } from "./fields";

const Source = z.object({ promo: Credits, referral: Credits, purchased: Credits, earned: Credits });

export const BalanceReply = z
  .object({
    available: Credits,
    spendable: Credits.meta({
      description: "What may be spent now: available, less what may not be spent in advance.",
    }),
    held: Credits.meta({ description: "Reserved by requests in progress." }),
    debt: Credits,
    by_source: Source.meta({ description: "Sums to available + held." }),
    unvested: Credits,
    maturing: Credits,
    withdrawable: Credits,
    as_of: Time,
  })
  .meta({ id: "Balance" });

/** A balance as the API shows it. Nothing is withdrawable before withdrawals exist. */
export const showBalance = (balance: Balance, asOfMs: number) => ({
  available: credits(balance.availableMicros),
  spendable: credits(balance.spendableMicros),
  held: credits(balance.heldMicros),
  debt: credits(balance.debtMicros),
  by_source: {
    promo: credits(balance.bySource.promo),
    referral: credits(balance.bySource.referral),
    purchased: credits(balance.bySource.purchased),
    earned: credits(balance.bySource.earned),
  },
  unvested: credits(balance.unvestedMicros),
  maturing: credits(ZERO_MICROS),
  withdrawable: credits(ZERO_MICROS),
  as_of: toIso(asOfMs),
});
