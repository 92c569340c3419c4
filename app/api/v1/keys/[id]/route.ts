import { route } from "@/app/_server/route";
import { ApiKeyPatch, getApiKey, revokeApiKey, updateApiKey } from "@/lib/auth";
import { ApiKeyReply, showApiKey } from "../../_replies/api-key";
import { IdParams } from "../../_replies/fields";

const params = IdParams("apiKey");

export const GET = route(
  { auth: "account", tag: "API keys", summary: "Read an API key", params, reply: ApiKeyReply, example: {} },
  async ({ tx, principal, params: { id } }) =>
    showApiKey(await getApiKey(tx, { userId: principal.user.id, apiKeyId: id })),
);

export const PATCH = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "Change an API key",
    description:
      "What is left out stays; a key widens keys only within its own bounds. Gateways follow within a second.",
    params,
    body: ApiKeyPatch,
    reply: ApiKeyReply,
    example: { body: { name: "Production, read by CI", models: ["gpt-4"] } },
  },
  async ({ tx, ctx, principal, params: { id }, body }) => {
    const { user, isAdmin, bounds } = principal;
    const input = { userId: user.id, apiKeyId: id, patch: body, mayGiveAdmin: isAdmin, maker: bounds };
    return showApiKey(await updateApiKey(tx, ctx, input));
  },
);

export const DELETE = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "Revoke an API key",
    description: "For good: within a second no gateway takes it any more.",
    params,
    reply: ApiKeyReply,
    example: {},
  },
  async ({ tx, ctx, principal, params: { id } }) =>
    showApiKey(await revokeApiKey(tx, ctx, { userId: principal.user.id, apiKeyId: id })),
);
