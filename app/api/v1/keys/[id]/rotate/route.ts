import { route } from "@/app/_server/route";
import { rotateApiKey } from "@/lib/auth";
import { NewApiKeyReply, showNewApiKey } from "../../../_replies/api-key";
import { IdParams } from "../../../_replies/fields";

export const POST = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "Give an API key a new secret",
    description: "The old secret ends at once; name, limits and history stay. The new one is shown once.",
    params: IdParams("apiKey"),
    reply: NewApiKeyReply,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) => {
    const input = { userId: principal.user.id, apiKeyId: id, mayGiveAdmin: principal.isAdmin };
    return showNewApiKey(await rotateApiKey(tx, ctx, input));
  },
);
