import { route } from "@/app/_server/route";
import { recordAudit } from "@/lib/audit";
import { findModel, ModelBody, ModelId, modelFromBody, putModel } from "@/lib/catalog";
import { ScripError } from "@/lib/errors";
import { validationFailed } from "@/lib/http";
import { NameParams } from "../../../_replies/fields";
import { AdminModelReply, showAdminModel } from "../../../_replies/model";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "Read a model with both cards",
    params: NameParams,
    reply: AdminModelReply,
    example: {},
  },
  async ({ tx, ctx, params: { id } }) => {
    const model = await findModel(tx, id);
    if (!model) throw new ScripError("not_found", `There is no model "${id}".`);
    return showAdminModel(model, ctx.nowMs);
  },
);

/** A name that models may have. Errors: `validation_failed`. */
function requireModelId(text: string): string {
  const parsed = ModelId.safeParse(text);
  if (!parsed.success) throw validationFailed(parsed.error);
  return parsed.data;
}

export const PUT = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "Make or replace a model, and publish its cards",
    description:
      "A card that differs from what holds becomes a new version, which nobody can change; it holds from " +
      "`effective_from`, by default at once. A card that is left out stays as it is.",
    params: NameParams,
    body: ModelBody,
    reply: AdminModelReply,
    example: {
      body: {
        provider: "openai",
        upstream_model: "gpt-4o-mini",
        capabilities: ["chat"],
        price: {
          rates: [
            { meter: "input_tokens", per: 1000, amount: 3 },
            { meter: "output_tokens", per: 1000, amount: 6 },
          ],
          chargeUnit: 1,
        },
        cost: { rates: [{ meter: "input_tokens", per: 1000, amount: 0.02 }] },
        default_output_cap: 400,
      },
    },
  },
  async ({ tx, ctx, params, body }) => {
    const id = requireModelId(params.id);
    const before = await findModel(tx, id);
    const after = await putModel(tx, ctx, modelFromBody(id, body));
    await recordAudit(tx, ctx, {
      action: "model.put",
      subject: { type: "model", id },
      before: before && showAdminModel(before, ctx.nowMs),
      after: showAdminModel(after, ctx.nowMs),
      reason: null,
    });
    return showAdminModel(after, ctx.nowMs);
  },
);
