import { readConfig } from "@/app/_server/config";
import { route } from "@/app/_server/route";
import { ScripError } from "@/lib/errors";
import { ModelReply, showModel } from "../../_replies/model";
import { NameParams } from "../../_replies/fields";

export const GET = route(
  {
    auth: "public",
    tag: "Models",
    summary: "Read a model with its price",
    description: "A `/` in a model's id is percent-encoded.",
    params: NameParams,
    reply: ModelReply,
    example: {},
  },
  async ({ ctx, params: { id } }) => {
    const { catalogue, available } = await readConfig();
    const model = catalogue.models.get(id);
    const shown = model && showModel(model, available.has(id), ctx.nowMs);
    if (!shown) throw new ScripError("not_found", `There is no model "${id}" with a price.`);
    return shown;
  },
);
