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
    description:
      "Models that can be served now come first, each part by name. Prices are credits; a model without a price isn't listed.",
    query: z.strictObject({
      ...pageQuery,
      limit: pageQuery.limit.default(100),
      provider: z.string().max(64).optional(),
    }),
    reply: Page(ModelReply),
    example: { query: { provider: "openai" } },
  },
  async ({ ctx, query: { limit, cursor, provider } }) => {
    const { catalogue, available } = await readConfig();
    const [rank = "", id = ""] = cursor === undefined ? [] : readCursor(cursor, 2);
    const placeOf = (model: { id: string }): [string, string] => [available.has(model.id) ? "0" : "1", model.id];
    const isAfter = ([ownRank, ownId]: [string, string]): boolean => ownRank > rank || (ownRank === rank && ownId > id);
    const shown = [...catalogue.models.values()]
      .filter((model) => isAfter(placeOf(model)) && (provider === undefined || model.provider === provider))
      .sort((one, other) => (placeOf(one).join(" ") < placeOf(other).join(" ") ? -1 : 1))
      .flatMap((model) => showModel(model, available.has(model.id), ctx.nowMs) ?? []);
    return toPage(shown, limit, placeOf, (model) => model);
  },
);
