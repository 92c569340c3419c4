import { revalidateQuote } from "@/app/_server/quote-key";
import { route } from "@/app/_server/route";
import { contribute, ContributionBody, listContributions } from "@/lib/contributions";
import { toPage } from "@/lib/http";
import { ContributionReply, showContribution } from "../_replies/contribution";
import { Page, PageQuery, placeInTime } from "../_replies/fields";

export const GET = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "List your contributions",
    description: "Newest first.",
    query: PageQuery,
    reply: Page(ContributionReply),
    example: { query: { limit: "20" } },
  },
  async ({ tx, ctx, principal, query: { limit, cursor } }) => {
    const input = { userId: principal.user.id, limit: limit + 1, before: placeInTime(cursor)?.id ?? null };
    const rows = await listContributions(tx, ctx, input);
    return toPage(rows, limit, ({ createdAtMs, id }) => [String(createdAtMs), id], showContribution);
  },
);

export const POST = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Contribute a key",
    description:
      "Takes a quote of yours, once. The provider is asked about the key once more: what counts is the smaller of what was " +
      "quoted and what is there now. The key joins the pool, and you are granted its worth less the fee; it vests as the " +
      "key is used.",
    body: ContributionBody,
    reply: ContributionReply,
    status: 201,
    isIdempotent: true,
    prepare: ({ ctx, principal, body: { quote_id: quoteId, attest } }) =>
      revalidateQuote(ctx, { userId: principal.user.id, quoteId, attest, topUpOf: null }),
    limit: "quotes",
    example: { body: { quote_id: "qte_00000000000000000000000000", attest: true } },
  },
  async ({ tx, ctx, principal, body: { quote_id: quoteId, attest }, prepared: revalidation }) => {
    const { id: userId, walletId } = principal.user;
    return showContribution(await contribute(tx, ctx, { userId, walletId, quoteId, attest, revalidation }));
  },
);
