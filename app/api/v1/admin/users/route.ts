import * as z from "zod";
import { findOwners, namesOneUser, QUERY_MAX } from "@/app/_server/find";
import { route } from "@/app/_server/route";
import { webDatabase } from "@/app/_server/database";
import { recordAudit } from "@/lib/audit";
import { createUser, Email, hashPassword, isLimited, listUsers, Locale, Password, Role, TimeZone } from "@/lib/auth";
import { ScripError } from "@/lib/errors";
import { NotYet, toPage } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { AdminUserReply, showAdminUser } from "../../_replies/account";
import { Page, pageQuery, placeInTime } from "../../_replies/fields";

export const GET = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "List users",
    description:
      "Newest first. `q` is a part of the e-mail address, or an id that the user saw: their own, that of a key, a purchase or a " +
      "request. `search` is a part of the address alone.",
    query: z.strictObject({
      ...pageQuery,
      q: z.string().trim().min(1).max(QUERY_MAX).optional(),
      search: z.string().max(QUERY_MAX).optional(),
    }),
    reply: Page(AdminUserReply),
    example: { query: { limit: "10" } },
  },
  async ({ tx, query: { limit, cursor, q, search = null } }) => {
    const place = placeInTime(cursor);
    const after = place && { createdMs: place.ms, id: place.id };
    const rows = namesOneUser(q)
      ? await findOwners(tx, q)
      : await listUsers(tx, { limit: limit + 1, after, search: q ?? search });
    return toPage(rows, limit, ({ createdMs, id }) => [String(createdMs), id], showAdminUser);
  },
);

const NewUser = z.strictObject({
  email: Email,
  password: Password.optional(),
  name: z.string().trim().max(100).optional(),
  role: Role.default("user"),
  email_verified: z.boolean().default(false),
  totp_secret: NotYet,
  time_zone: TimeZone.default("UTC"),
  locale: Locale.default("en"),
  referred_by: z.string().max(32).optional().meta({ description: "Somebody's referral code." }),
});

export const POST = route(
  {
    auth: "admin",
    tag: "Admin: people",
    summary: "Make a user",
    body: NewUser,
    reply: AdminUserReply,
    status: 201,
    // A password's hash takes longer than a transaction should be open.
    hasOwnTransactions: true,
    example: { body: { email: "cy@example.test", password: "correct horse battery", email_verified: true } },
  },
  async ({ ctx, principal, body }) => {
    if (body.role === "admin" && principal.bounds && isLimited(principal.bounds)) {
      throw new ScripError(
        "forbidden",
        "An API key that is limited makes no admins, whom nothing limits. Sign in instead.",
      );
    }
    const passwordHash = body.password === undefined ? null : await hashPassword(body.password);
    return webDatabase().inTransaction(async (tx) => {
      const user = await createUser(tx, ctx, {
        email: body.email,
        passwordHash,
        name: body.name,
        role: body.role,
        isEmailVerified: body.email_verified,
        timeZone: body.time_zone,
        locale: body.locale,
        referredBy: body.referred_by,
      });
      const subject = { type: "user", id: toPublicId("user", user.id) };
      const after = showAdminUser(user);
      await recordAudit(tx, ctx, { action: "user.create", subject, before: null, after, reason: null });
      return after;
    });
  },
);
