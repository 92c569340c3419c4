import * as z from "zod";
import { route } from "@/app/_server/route";
import { DayInput, TimeInput } from "@/lib/http";
import { PNL_GROUPS, readPnl } from "@/lib/insight";
import { readSettings } from "@/lib/settings";
import { PnlReply, showPnl } from "../../_replies/pnl";

const DAYS_MS = 30 * 24 * 60 * 60 * 1000;

const PnlQuery = z.strictObject({
  from: z.union([DayInput, TimeInput]).optional().meta({ description: "UTC; 30 days before `to` where left out." }),
  to: z.union([DayInput, TimeInput]).optional().meta({ description: "UTC, not included; now where left out." }),
  group_by: z.enum(PNL_GROUPS).optional(),
});

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: system",
    summary: "Read profit and loss",
    description: "Credits and dollars side by side, of the requests that arrived in that time.",
    query: PnlQuery,
    reply: PnlReply,
    example: { query: { group_by: "provider" } },
  },
  async ({ tx, ctx, query }) => {
    // A day is read as its first moment in UTC.
    const toMs = query.to === undefined ? ctx.nowMs + 1 : Date.parse(query.to);
    const fromMs = query.from === undefined ? toMs - DAYS_MS : Date.parse(query.from);
    const { usd_per_credit: usdPerCredit, withdrawal } = await readSettings(tx);
    const rates = { usdPerCredit, payoutPer100: withdrawal.usd_per_100 };
    return showPnl(await readPnl(tx, { fromMs, toMs, group: query.group_by ?? null, rates }));
  },
);
