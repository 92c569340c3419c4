import * as z from "zod";
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
