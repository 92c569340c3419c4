import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { getUser, updateUser, UserLimits } from "@/lib/auth";
import type { Tx } from "@/lib/db";
import { ScripError } from "@/lib/errors";
import { toPublicId } from "@/lib/ids";
import { balanceJson, readBalance } from "@/lib/ledger";
import { readSettings } from "@/lib/settings";
import { AdminUserReply, AdminUserWithBalanceReply, showAdminUser } from "../../../_replies/account";
import { IdParams } from "../../../_replies/fields";

const params = IdParams("user");

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "Read a user with their balance",
    params,
    reply: AdminUserWithBalanceReply,
    example: {},
  },
  async ({ tx, ctx, params: { id } }) => {
    const user = await getUser(tx, id);
    return { ...showAdminUser(user), balance: balanceJson(await readBalance(tx, user.walletId), ctx.nowMs) };
  },
);

const Change = z.strictObject({
  tier: z.string().max(64).nullable().optional().meta({ description: "Null: the one that they have bought." }),
  limits: UserLimits.nullable().optional(),
  suspended: z.boolean().optional(),
  reason: z.string().trim().min(1).max(500),
});

/** Stops a tier that there isn't. Errors: `validation_failed`. */
async function requireTier(tx: Tx, tier: string | null | undefined): Promise<void> {
  if (tier === null || tier === undefined) return;
  const { tiers } = await readSettings(tx);
  if (tiers.some(({ id }) => id === tier)) return;
  const message = `must be one of ${tiers.map(({ id }) => id).join(", ")}`;
  throw new ScripError("validation_failed", `tier: ${message}`, { errors: [{ path: "tier", message }] });
}

export const PUT = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "Change a user's tier or limits, suspend or reinstate them",
    description: "What is left out stays. Gateways follow within a second; a suspended user is signed out everywhere.",
    params,
    body: Change,
    reply: AdminUserReply,
    example: { body: { tier: "pro", reason: "Agreed by mail" } },
  },
  async ({ tx, ctx, params: { id }, body }) => {
    await requireTier(tx, body.tier);
    const { before, after } = await updateUser(tx, ctx, {
      userId: id,
      tier: body.tier,
      limits: body.limits,
      isSuspended: body.suspended,
      reason: body.reason,
    });
    await recordAudit(tx, ctx, {
      action: "user.update",
      subject: { type: "user", id: toPublicId("user", id) },
      before: showAdminUser(before),
      after: showAdminUser(after),
      reason: body.reason,
    });
    return showAdminUser(after);
  },
);
