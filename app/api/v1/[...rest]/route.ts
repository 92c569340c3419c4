import * as z from "zod";
import { route } from "@/app/_server/route";
import { ScripError } from "@/lib/errors";

/** What no other route answers: a problem, as everywhere under /api/v1. */
const nothing = route(
  { auth: "public", tag: "Nothing", summary: "What isn't there", reply: z.never(), hasOwnTransactions: true },
  async ({ request }) => {
    const { pathname } = new URL(request.url);
    throw new ScripError("not_found", `There is no call ${request.method} ${pathname}. See /docs/api.`);
  },
);

export { nothing as DELETE, nothing as GET, nothing as PATCH, nothing as POST, nothing as PUT };
