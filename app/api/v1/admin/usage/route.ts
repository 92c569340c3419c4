import * as z from "zod";
import { QUERY_MAX, usageNamed } from "@/app/_server/find";
import { route } from "@/app/_server/route";
import { readUsersBy } from "@/lib/auth";
import { toPage } from "@/lib/http";
import { readAnyUsage } from "@/lib/usage";
import { Page, pageQuery, placeInTime } from "../../_replies/fields";
import { AdminUsageReply, showAdminUsage } from "../../_replies/usage";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: figures",
    summary: "List requests",
    description:
      "Newest first, with their owners and what they cost. `q` is the id of a request, a key, a user or a purchase, or a part of an " +
      "e-mail address; without it, those of the last 24 hours.",
    query: z.strictObject({ ...pageQuery, q: z.string().trim().min(1).max(QUERY_MAX).optional() }),
    reply: Page(AdminUsageReply),
    example: { query: { limit: "10" } },
  },
  async ({ tx, ctx, query: { limit, cursor, q } }) => {
    const place = placeInTime(cursor);
    const after = place && { atMs: place.ms, id: place.id };
    const rows = await readAnyUsage(tx, await usageNamed(tx, q, ctx.nowMs), { limit: limit + 1, after });
    const users = await readUsersBy(tx, { walletIds: [...new Set(rows.map(({ wallet }) => wallet))] });
    const owners = new Map(users.map((user) => [user.walletId, user]));
    return toPage(
      rows,
      limit,
      ({ atMs, id }) => [String(atMs), id],
      (record) => showAdminUsage(record, owners.get(record.wallet) ?? null),
    );
  },
);
