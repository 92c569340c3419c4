import { route } from "@/app/_server/route";
import { readBalance } from "@/lib/ledger";
import { BalanceReply, showBalance } from "../_replies/balance";

export const GET = route(
  {
    auth: "account",
    tag: "Account",
    summary: "Read the balance",
    description: "`held` is what requests in progress have reserved; what they don't use comes back when they end.",
    reply: BalanceReply,
    example: {},
  },
  async ({ tx, ctx, principal }) => showBalance(await readBalance(tx, principal.user.walletId), ctx.nowMs),
);
