import * as z from "zod";
import { readConfig } from "@/app/_server/config";
import { route } from "@/app/_server/route";
import { readCursor, toPage } from "@/lib/http";
import { Page, pageQuery } from "../_replies/fields";
import { ModelReply, showModel } from "../_replies/model";

export const GET = route(
  {
    auth: "public",
    tag: "Models",
    summary: "List models with their prices",
    description: "By name. Prices are credits; a model without a price isn't listed.",
    query: z.strictObject({
      ...pageQuery,
      limit: pageQuery.limit.default(100),
      provider: z.string().max(64).optional(),
    }),
    reply: Page(ModelReply),
    example: { query: { provider: "openai" } },
  },
  async ({ ctx, query: { limit, cursor, provider } }) => {
    const after = cursor === undefined ? "" : (readCursor(cursor, 1)[0] ?? "");
    const { models } = (await readConfig()).catalogue;
    const shown = [...models.values()]
      .filter((model) => model.id > after && (provider === undefined || model.provider === provider))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .flatMap((model) => showModel(model, ctx.nowMs) ?? []);
    return toPage(
      shown,
      limit,
      ({ id }) => [id],
      (model) => model,
    );
  },
);
