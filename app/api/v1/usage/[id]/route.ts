import { route } from "@/app/_server/route";
import { getUsage } from "@/lib/usage";
import { IdParams } from "../../_replies/fields";
import { showUsage, UsageReply } from "../../_replies/usage";

export const GET = route(
  {
    auth: "account",
    tag: "Usage",
    summary: "Read the usage of one request",
    description: "By the request's id. `breakdown` tells how the charge came about.",
    params: IdParams("request"),
    reply: UsageReply,
    example: {},
  },
  async ({ tx, principal, params: { id } }) => showUsage(await getUsage(tx, { wallet: principal.user.walletId, id })),
);
