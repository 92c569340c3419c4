import { route } from "@/app/_server/route";
import { listModels } from "@/lib/catalog";
import { readCursor, toPage } from "@/lib/http";
import { Page, PageQuery } from "../../_replies/fields";
import { AdminModelReply, showAdminModel } from "../../_replies/model";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: catalogue",
    summary: "List models with both cards",
    description: "By name; those that are switched off or have no price too.",
    query: PageQuery,
    reply: Page(AdminModelReply),
    example: {},
  },
  async ({ tx, ctx, query: { limit, cursor } }) => {
    const after = cursor === undefined ? undefined : readCursor(cursor, 1)[0];
    const models = await listModels(tx, { after, limit: limit + 1 });
    return toPage(
      models,
      limit,
      ({ id }) => [id],
      (model) => showAdminModel(model, ctx.nowMs),
    );
  },
);
