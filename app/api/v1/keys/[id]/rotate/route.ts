import { route } from "@/app/_server/route";
import { rotateApiKey } from "@/lib/auth";
import { NewApiKeyReply, showNewApiKey } from "../../../_replies/api-key";
import { IdParams } from "../../../_replies/fields";

export const POST = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "Give an API key a new secret",
    description:
      "The old secret ends at once; name, limits and history stay. The new one is shown once. A key that is bounded rotates " +
      "none that is wider.",
    params: IdParams("apiKey"),
    reply: NewApiKeyReply,
    limit: "keys",
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) => {
    const { user, isAdmin, bounds } = principal;
    const input = { userId: user.id, apiKeyId: id, mayGiveAdmin: isAdmin, maker: bounds };
    return showNewApiKey(await rotateApiKey(tx, ctx, input));
  },
);
