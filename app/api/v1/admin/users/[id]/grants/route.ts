import { createHash } from "node:crypto";
import * as z from "zod";
import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { getUser } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { ScripError } from "@/lib/errors";
import { credits, PositiveCreditsInput, TimeInput, toJson, usd, UsdInput } from "@/lib/http";
import { newUuid, toPublicId } from "@/lib/ids";
import { creditWallet } from "@/lib/ledger";
import { toIso } from "@/lib/time";
import { Credits, IdParams, Time, Usd } from "../../../../_replies/fields";

/** No credit costs that much: more is a slip, and soon no price that the books can hold. Units: nanodollars a microcredit. */
const PRICE_MAX = 1_000_000n;

const GrantSource = z.enum(["promo", "earned", "purchased"]);

const Grant = z
  .strictObject({
    credits: PositiveCreditsInput,
    source: GrantSource,
    usd: UsdInput.optional().meta({ description: "What was paid for all of it: purchased credits only." }),
    expires_at: TimeInput.optional().meta({ description: "Promo credits only." }),
    reason: z.string().trim().min(1).max(500).meta({ description: "Its owner sees it beside the transfer." }),
  })
  .refine(({ source, usd: paid }) => paid === undefined || source === "purchased", {
    path: ["usd"],
    message: "is for purchased credits only",
  })
  .refine(({ source, expires_at: at }) => at === undefined || source === "promo", {
    path: ["expires_at"],
    message: "is for promo credits only",
  })
  .refine(({ credits: given, usd: paid }) => paid === undefined || paid <= given * PRICE_MAX, {
    path: ["usd"],
    message: "is more than USD 1,000 a credit",
  });

const GrantReply = z
  .object({
    id: z.string().meta({ description: "Of the transfer." }),
    user_id: z.string(),
    credits: Credits,
    source: GrantSource,
    usd: Usd.nullable(),
    expires_at: Time.nullable(),
    reason: z.string(),
    at: Time,
  })
  .meta({ id: "Grant" });

/** When a grant expires. Errors: `validation_failed` for a time that has passed. */
function expiryOf({ expires_at: at }: z.output<typeof Grant>, { nowMs }: Ctx): number | null {
  if (at === undefined) return null;
  if (Date.parse(at) > nowMs) return Date.parse(at);
  const message = "must be in the future";
  throw new ScripError("validation_failed", `expires_at: ${message}`, { errors: [{ path: "expires_at", message }] });
}

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "Give a user credits",
    description: "Earned credits are given vested. A debt of the account is paid from them first.",
    params: IdParams("user"),
    body: Grant,
    reply: GrantReply,
    status: 201,
    isIdempotent: true,
    example: { body: { credits: 500, source: "promo", reason: "Welcome" } },
  },
  async ({ tx, ctx, params: { id }, body, principal, operationKey }) => {
    const user = await getUser(tx, id);
    const expiresMs = expiryOf(body, ctx);
    const shown = {
      user_id: toPublicId("user", id),
      credits: credits(body.credits),
      source: body.source,
      usd: body.usd === undefined ? null : usd(body.usd),
      expires_at: expiresMs === null ? null : toIso(expiresMs),
      reason: body.reason,
    };
    const { transfer } = await creditWallet(tx, ctx, {
      scope: `grant ${principal.user.id} ${id}`,
      key: operationKey,
      requestHash: createHash("sha256").update(toJson(shown)).digest(),
      transfer: newUuid(ctx.nowMs),
      kind: "grant",
      wallet: user.walletId,
      source: body.source === "earned" ? "vested" : body.source,
      amountMicros: body.credits,
      paidNanos: body.usd,
      expiresMs,
      memo: body.reason,
    });
    const after = { id: toPublicId("transfer", transfer), ...shown, at: toIso(ctx.nowMs) };
    const subject = { type: "user", id: shown.user_id };
    await recordAudit(tx, ctx, { action: "credits.grant", subject, before: null, after, reason: body.reason });
    return after;
  },
);
