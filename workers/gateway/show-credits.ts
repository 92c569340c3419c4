import { toJson } from "../../lib/http";
import { balanceJson, readBalance } from "../../lib/ledger";
import type { Caller } from "./callers";
import type { Exchange } from "./exchange";
import type { Gateway } from "./gateway-state";

/** `GET /v1/credits`: the balance of the calling key's account, as `GET /api/v1/balance` shows it. */
export async function sendCredits({ database }: Gateway, exchange: Exchange, caller: Caller): Promise<void> {
  const balance = await readBalance(database.reader, caller.user.walletId);
  exchange.sendJson(200, toJson(balanceJson(balance, exchange.arrivedMs)));
}
