import * as z from "zod";
import { noSuchCall } from "@/app/_server/refuse-method";
import { route } from "@/app/_server/route";

/** What no other route answers: a problem, as everywhere under /api/v1. */
const nothing = route(
  { auth: "public", tag: "Nothing", summary: "What isn't there", reply: z.never(), hasOwnTransactions: true },
  async ({ request }) => {
    throw noSuchCall(request.method, new URL(request.url).pathname);
  },
);

export { nothing as DELETE, nothing as GET, nothing as OPTIONS, nothing as PATCH, nothing as POST, nothing as PUT };
