import * as z from "zod";
import { route } from "@/app/_server/route";
import { toPage } from "@/lib/http";
import { listUsage, summariseUsage } from "@/lib/usage";
import { dayOf } from "@/lib/time";
import { Page, placeInTime } from "../_replies/fields";
import { showUsage, showUsageSum, UsageReply, UsageSumReply } from "../_replies/usage";
import { exportUsage } from "./export";
import { toFilter, UsageQuery } from "./query";

export const GET = route(
  {
    auth: "account",
    tag: "Usage",
    summary: "List, add up or export usage",
    description:
      "Newest first, a page at a time. With `group_by` it is added up instead, over the last 30 days unless `from` says " +
      "otherwise; with `format=csv` or `jsonl` all of it comes as a file, a row a request.",
    query: UsageQuery,
    reply: z.union([Page(UsageReply), Page(UsageSumReply)]),
    files: ["text/csv", "application/x-ndjson"],
    example: { query: { group_by: "day", time_zone: "Asia/Tokyo" } },
  },
  async ({ tx, ctx, principal, query }) => {
    const { walletId: wallet, timeZone } = principal.user;
    const filter = toFilter(query, { wallet, timeZone, nowMs: ctx.nowMs });
    const { group_by: group, format, limit } = query;
    if (group) {
      const sums = await summariseUsage(tx, filter, { group, timeZone: filter.timeZone });
      return { data: sums.map((sum) => showUsageSum(sum, group)), next_cursor: null };
    }
    if (format !== "json") {
      const fileName = `scrip-usage-${dayOf(ctx.nowMs, filter.timeZone)}`;
      return exportUsage(format, fileName, (after, rows) => listUsage(tx, filter, { limit: rows, after }));
    }
    const place = placeInTime(query.cursor);
    const after = place && { atMs: place.ms, id: place.id };
    const rows = await listUsage(tx, filter, { limit: limit + 1, after });
    return toPage(rows, limit, ({ atMs, id }) => [String(atMs), id], showUsage);
  },
);
