import * as z from "zod";
import { route } from "@/app/_server/route";
import { getUser } from "@/lib/auth";
import { credits, decimal } from "@/lib/http";
import { readSettings, type Settings } from "@/lib/settings";
import { Credits, DecimalNumber } from "../_replies/fields";

const Tier = z
  .object({
    id: z.string(),
    name: z.string(),
    from_credits: Credits.meta({ description: "Base credits bought in all from which it holds." }),
    discount: DecimalNumber.meta({ description: "A factor on every charge." }),
    requests_per_minute: z.int(),
    tokens_per_minute: z.int(),
    concurrency: z.int(),
  })
  .meta({ id: "Tier" });

const showTier = (tier: Settings["tiers"][number]) => ({
  ...tier,
  from_credits: credits(tier.from_credits),
  discount: decimal(tier.discount),
});

export const GET = route(
  {
    auth: "account",
    tag: "Account",
    summary: "List tiers, and the one that holds",
    reply: z.object({ tier: z.string(), data: z.array(Tier), next_cursor: z.null() }),
    example: {},
  },
  async ({ tx, principal }) => {
    const { tiers } = await readSettings(tx);
    const { tier } = await getUser(tx, principal.user.id);
    const held = tiers.find(({ id }) => id === tier) ?? tiers[0];
    return { tier: held?.id ?? "", data: tiers.map(showTier), next_cursor: null };
  },
);
