import { route } from "@/app/_server/route";
import { ApiKeyInput, createApiKey, listApiKeys } from "@/lib/auth";
import { toPage } from "@/lib/http";
import { ApiKeyReply, NewApiKeyReply, showApiKey, showNewApiKey } from "../_replies/api-key";
import { Page, PageQuery, placeInTime } from "../_replies/fields";

export const GET = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "List API keys",
    query: PageQuery,
    reply: Page(ApiKeyReply),
    example: {},
  },
  async ({ tx, principal, query: { limit, cursor } }) => {
    const place = placeInTime(cursor);
    const after = place && { createdMs: place.ms, id: place.id };
    const rows = await listApiKeys(tx, { userId: principal.user.id, limit: limit + 1, after });
    return toPage(rows, limit, ({ createdMs, id }) => [String(createdMs), id], showApiKey);
  },
);

export const POST = route(
  {
    auth: "account",
    tag: "API keys",
    summary: "Make an API key",
    description:
      "The reply shows the secret, once: it can't be shown again. A key makes keys only within its own bounds: scopes, " +
      "expiry, addresses, models, channels, supply and billing.",
    body: ApiKeyInput,
    reply: NewApiKeyReply,
    status: 201,
    limit: "keys",
    example: { body: { name: "Production", scopes: ["inference"], billing_mode: "token" } },
  },
  async ({ tx, ctx, body, principal }) => {
    const { user, isAdmin, bounds } = principal;
    const input = { userId: user.id, key: body, mayGiveAdmin: isAdmin, maker: bounds };
    return showNewApiKey(await createApiKey(tx, ctx, input));
  },
);
