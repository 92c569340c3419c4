import { route } from "@/app/_server/route";
import { balanceJson, readBalance } from "@/lib/ledger";
import { BalanceReply } from "../_replies/account";

export const GET = route(
  {
    auth: "account",
    tag: "Account",
    summary: "Read the balance",
    description: "`held` is what requests in progress have reserved; what they don't use comes back when they end.",
    reply: BalanceReply,
    example: {},
  },
  async ({ tx, ctx, principal }) => balanceJson(await readBalance(tx, principal.user.walletId), ctx.nowMs),
);
