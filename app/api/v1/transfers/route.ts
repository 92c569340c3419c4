import * as z from "zod";
import { route } from "@/app/_server/route";
import { toPage } from "@/lib/http";
import { listTransfers } from "@/lib/ledger";
import { Page, pageQuery, placeInSequence } from "../_replies/fields";
import { showTransfer, TransferKindName, TransferReply } from "../_replies/purchase";

export const GET = route(
  {
    auth: "account",
    tag: "Account",
    summary: "List what came in and went out",
    description: "Newest first. Every change of the balance is here; reservations, which aren't spent yet, are not.",
    query: z.strictObject({ ...pageQuery, kind: TransferKindName.optional() }),
    reply: Page(TransferReply),
    example: { query: { kind: "grant" } },
  },
  async ({ tx, principal, query: { limit, cursor, kind } }) => {
    const before = placeInSequence(cursor);
    const rows = await listTransfers(tx, { wallet: principal.user.walletId, before, limit: limit + 1, kind });
    return toPage(rows, limit, ({ seq }) => [String(seq)], showTransfer);
  },
);
