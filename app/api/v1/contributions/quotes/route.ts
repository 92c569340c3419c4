import { quoteKey } from "@/app/_server/quote-key";
import { route } from "@/app/_server/route";
import { QuoteBody } from "@/lib/contributions";
import { SecretText } from "@/lib/vault";
import { QuoteReply, showQuote } from "../../_replies/contribution";

export const POST = route(
  {
    auth: "account",
    tag: "Contributions",
    summary: "Quote what a key would be worth",
    description:
      "Asks the provider about the key: a reading call, its balance where it tells one, the smallest paid call. The key is " +
      "encrypted in this call; the quote can be used for 30 minutes.",
    body: QuoteBody,
    reply: QuoteReply,
    status: 201,
    // The provider is asked between its transactions.
    hasOwnTransactions: true,
    limit: "quotes",
    example: { body: { provider: "openai", api_key: "sk-proj-0123456789abcdef", declared_usd: 500 } },
  },
  async ({ ctx, principal, body }) =>
    showQuote(
      await quoteKey(ctx, {
        userId: principal.user.id,
        provider: body.provider,
        secret: new SecretText(body.api_key),
        declaredNanos: body.declared_usd ?? null,
        topUpOf: body.contribution ?? null,
      }),
    ),
);
