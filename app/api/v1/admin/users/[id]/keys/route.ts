import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { ApiKeyInput, createApiKey, getUser, listApiKeys } from "@/lib/auth";
import { NotYet, toPage } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { ApiKeyReply, NewApiKeyReply, showApiKey, showNewApiKey } from "../../../../_replies/api-key";
import { IdParams, Page, PageQuery, placeInTime } from "../../../../_replies/fields";

const params = IdParams("user");

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "List a user's API keys",
    params,
    query: PageQuery,
    reply: Page(ApiKeyReply),
    example: {},
  },
  async ({ tx, params: { id }, query: { limit, cursor } }) => {
    const { id: userId } = await getUser(tx, id);
    const place = placeInTime(cursor);
    const after = place && { createdMs: place.ms, id: place.id };
    const rows = await listApiKeys(tx, { userId, limit: limit + 1, after });
    return toPage(rows, limit, ({ createdMs, id: keyId }) => [String(createdMs), keyId], showApiKey);
  },
);

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "Make an API key for a user",
    description: "The reply shows the secret, once. An admin's key makes keys only within its own bounds.",
    params,
    body: ApiKeyInput.extend({ requests: NotYet }),
    reply: NewApiKeyReply,
    status: 201,
    example: { body: { name: "Made by support", scopes: ["inference", "account"] } },
  },
  async ({ tx, ctx, principal, params: { id }, body }) => {
    const input = { userId: id, key: body, mayGiveAdmin: true, maker: principal.bounds };
    const made = await createApiKey(tx, ctx, input);
    await recordAudit(tx, ctx, {
      action: "api_key.create",
      subject: { type: "user", id: toPublicId("user", id) },
      before: null,
      after: showApiKey(made.key),
      reason: null,
    });
    return showNewApiKey(made);
  },
);
