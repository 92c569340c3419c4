import * as z from "zod";
import { readConfig } from "@/app/_server/config";
import { route } from "@/app/_server/route";
import { credits, decimal, usd } from "@/lib/http";
import { Credits, DecimalNumber, Usd } from "../_replies/fields";

const Pack = z
  .object({ id: z.string(), credits: Credits, base_credits: Credits, usd: Usd })
  .meta({ id: "Pack", description: "`credits` are the base credits and their bonus." });

const Step = z.object({ from_usd: Usd, bonus: DecimalNumber.meta({ description: "A share of the base credits." }) });

export const GET = route(
  {
    auth: "public",
    tag: "Buying",
    summary: "List packs of credits",
    reply: z.object({ data: z.array(Pack), steps: z.array(Step) }),
    example: {},
  },
  async () => {
    const { packs, bonus_steps: steps } = (await readConfig()).settings;
    return {
      data: packs.map((pack) => ({
        id: pack.id,
        credits: credits(pack.credits),
        base_credits: credits(pack.base_credits),
        usd: usd(pack.usd),
      })),
      steps: steps.map((step) => ({ from_usd: usd(step.from_usd), bonus: decimal(step.bonus) })),
    };
  },
);
