import { route } from "@/app/_server/route";
import { AccountPatch, getUser, updateAccount } from "@/lib/auth";
import { AccountReply, showAccount } from "../_replies/account";

export const GET = route(
  { auth: "account", tag: "Account", summary: "Read the account", reply: AccountReply, example: {} },
  async ({ tx, principal }) => showAccount(await getUser(tx, principal.user.id)),
);

export const PATCH = route(
  {
    auth: "account",
    tag: "Account",
    summary: "Change the account",
    description: "What is left out stays. Days of usage are those of the time zone.",
    body: AccountPatch,
    reply: AccountReply,
    example: { body: { time_zone: "Asia/Tokyo", locale: "en" } },
  },
  async ({ tx, ctx, principal, body }) =>
    showAccount(await updateAccount(tx, ctx, { userId: principal.user.id, patch: body })),
);
