import { credits, toJson } from "../../lib/http";
import { readBalance } from "../../lib/ledger";
import { ZERO_MICROS } from "../../lib/money";
import { toIso } from "../../lib/time";
import type { Caller } from "./callers";
import type { Exchange } from "./exchange";
import type { Gateway } from "./gateway-state";

/** `GET /v1/credits`: the balance of the calling key's account, as `GET /api/v1/balance` shows it. */
export async function sendCredits({ database }: Gateway, exchange: Exchange, caller: Caller): Promise<void> {
  const balance = await readBalance(database.reader, caller.user.walletId);
  const { promo, referral, purchased, earned } = balance.bySource;
  exchange.sendJson(
    200,
    toJson({
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
      as_of: toIso(exchange.arrivedMs),
    }),
  );
}
