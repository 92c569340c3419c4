import * as z from "zod";
import { route } from "@/app/_server/route";
import { openWebVault } from "@/app/_server/quote-key";
import { recordAudit } from "@/lib/audit";
import { usd, UsdInput } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { addPoolKey } from "@/lib/pool";
import { SecretText } from "@/lib/vault";
import { NameParams } from "../../../../_replies/fields";

const NewKey = z.strictObject({
  api_key: z
    .string()
    .trim()
    .min(8)
    .max(4096)
    .meta({ description: "The supplier's key. It is encrypted and never shown." }),
  quota_usd: UsdInput.optional().meta({ description: "What it may be used for; no limit where left out." }),
});

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: pool",
    summary: "Add a supplier's key to a channel",
    params: NameParams,
    body: NewKey,
    reply: z.object({ id: z.string(), channel: z.string(), hint: z.string() }).meta({ id: "NewPoolKey" }),
    status: 201,
    example: { body: { api_key: "sk-proj-0123456789abcdef", quota_usd: 500 } },
  },
  async ({ tx, ctx, params: { id: channelId }, body }) => {
    openWebVault();
    const secret = new SecretText(body.api_key);
    const { id } = await addPoolKey(tx, ctx, { channelId, secret, quotaNanos: body.quota_usd ?? null });
    const added = { id: toPublicId("poolKey", id), channel: channelId, hint: secret.hint() };
    await recordAudit(tx, ctx, {
      action: "pool_key.add",
      subject: { type: "pool_key", id: added.id },
      before: null,
      after: { ...added, quota_usd: body.quota_usd === undefined ? null : usd(body.quota_usd) },
      reason: null,
    });
    return added;
  },
);
