import * as z from "zod";
import { credits, decimal, usd } from "@/lib/http";
import type { Advice, Pnl, PnlFigures } from "@/lib/insight";
import { Credits, Usd } from "./fields";

const figures = {
  credits_spent: Credits,
  revenue_usd: Usd.meta({ description: "The credits spent, at their nominal value." }),
  cost_usd: z.record(z.string(), Usd).meta({ description: "What suppliers cost, by provider." }),
  cost_total_usd: Usd,
  profit_usd: Usd,
  margin: z.number().nullable().meta({ description: "Profit over revenue; null without revenue." }),
  granted_usd: Usd.meta({ description: "Of the revenue: credits that were given away." }),
  realised_usd: Usd.meta({ description: "What had been paid for the credits that were spent." }),
  contributor_usd: Usd.meta({ description: "What contributors may withdraw of what vested: as far as cash backs it." }),
  platform_cost_usd: Usd.meta({ description: "Of the cost: on the platform's own keys." }),
  fees_usd: Usd.meta({ description: "Of what had been paid: what Stripe kept, as far as it is known." }),
  economic_profit_usd: Usd.meta({ description: "Realised, less platform cost, contributors and fees." }),
};

export const PnlReply = z
  .object({
    ...figures,
    advice: z.array(
      z.object({ code: z.enum(["adjust_prices", "optimise_routing"]), text: z.string(), models: z.array(z.string()) }),
    ),
    groups: z
      .array(z.object({ group: z.string(), ...figures }))
      .meta({ description: "With `group_by`: the same for each day, provider, model or channel." }),
  })
  .meta({ id: "Pnl" });

const TEXTS: Readonly<Record<Advice["code"], string>> = {
  adjust_prices: "These models cost more than they bring in: adjust their prices.",
  optimise_routing:
    "These models cost more than they bring in: optimise their routing, so that cheaper supply serves them.",
};

const showFigures = (pnl: PnlFigures) => ({
  credits_spent: credits(pnl.creditsMicros),
  revenue_usd: usd(pnl.revenueNanos),
  cost_usd: Object.fromEntries([...pnl.costByProvider].map(([provider, cost]) => [provider, usd(cost)])),
  cost_total_usd: usd(pnl.costNanos),
  profit_usd: usd(pnl.profitNanos),
  margin: pnl.margin && decimal(pnl.margin),
  granted_usd: usd(pnl.grantedNanos),
  realised_usd: usd(pnl.realisedNanos),
  contributor_usd: usd(pnl.contributorNanos),
  platform_cost_usd: usd(pnl.platformCostNanos),
  fees_usd: usd(pnl.feesNanos),
  economic_profit_usd: usd(pnl.economicProfitNanos),
});

/** Profit and loss as admins see it. */
export const showPnl = (pnl: Pnl) => ({
  ...showFigures(pnl),
  advice: pnl.advice.map(({ code, models }) => ({ code, text: TEXTS[code], models })),
  groups: pnl.groups.map(({ group, figures: ofGroup }) => ({ group, ...showFigures(ofGroup) })),
});
