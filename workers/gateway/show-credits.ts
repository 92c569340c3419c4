import { ScripError } from "../../lib/errors";
import { toJson } from "../../lib/http";
import { balanceJson, readBalance } from "../../lib/ledger";
import type { Caller } from "./callers";
import type { RequestContext } from "./request-context";
import type { Gateway } from "./gateway-state";

/**
 * `GET /v1/credits`: the balance of the calling key's account, as `GET /api/v1/balance` shows it.
 *
 * Errors: `ScripError` unavailable where the database can't be read.
 */
export async function sendCredits({ database }: Gateway, context: RequestContext, caller: Caller): Promise<void> {
  const balance = await readBalance(database.reader, caller.user.walletId).catch((cause: unknown) => {
    throw new ScripError("unavailable", "The balance can't be read at the moment. Try again shortly.", {
      retryAfterS: 2,
      cause,
    });
  });
  context.sendJson(200, toJson(balanceJson(balance, context.arrivedMs)));
}
