import { route } from "@/app/_server/route";
import { ContributionBody, topUpContribution } from "@/lib/contributions";
import { ContributionReply, showContribution } from "../../../_replies/contribution";
import { IdParams } from "../../../_replies/fields";

export const POST = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Top up a contribution",
    description:
      "Takes a quote of yours that names this contribution: what was added to its key's quota is granted too.",
    params: IdParams("contribution"),
    body: ContributionBody,
    reply: ContributionReply,
    isIdempotent: true,
    example: { body: { quote_id: "qte_00000000000000000000000000", attest: true } },
  },
  async ({ tx, ctx, principal, params: { id: contributionId }, body: { quote_id: quoteId, attest } }) => {
    const input = { userId: principal.user.id, contributionId, quoteId, attest };
    return showContribution(await topUpContribution(tx, ctx, input));
  },
);
