import { revalidateQuote } from "@/app/_server/quote-key";
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
      "Takes a quote of yours that names this contribution: what was added to its key's quota is granted too, the smaller of " +
      "what was quoted and what is there now.",
    params: IdParams("contribution"),
    body: ContributionBody,
    reply: ContributionReply,
    isIdempotent: true,
    prepare: ({ ctx, principal, params: { id: topUpOf }, body: { quote_id: quoteId, attest } }) =>
      revalidateQuote(ctx, { userId: principal.user.id, quoteId, attest, topUpOf }),
    limit: "quotes",
    example: { body: { quote_id: "qte_00000000000000000000000000", attest: true } },
  },
  async ({
    tx,
    ctx,
    principal,
    params: { id: contributionId },
    body: { quote_id: quoteId, attest },
    prepared: revalidation,
  }) => {
    const input = { userId: principal.user.id, contributionId, quoteId, attest, revalidation };
    return showContribution(await topUpContribution(tx, ctx, input));
  },
);
