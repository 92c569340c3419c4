import * as z from "zod";
import { credits } from "@/lib/http";
import { isUuid, toPublicId } from "@/lib/ids";
import { TRANSFER_KINDS, type Movement, type TransferKind } from "@/lib/ledger";
import { toIso } from "@/lib/time";
import { Credits, Time } from "./fields";

/** The kinds of transfers, as a list that a schema can take. */
export const TransferKindName = z.enum(Object.keys(TRANSFER_KINDS) as [TransferKind, ...TransferKind[]]);

export const TransferReply = z
  .object({
    id: z.string().meta({ description: "Of the transfer: one that touched several sources has a row for each." }),
    at: Time,
    kind: TransferKindName,
    credits: Credits.meta({ description: "Signed: what came in is above zero." }),
    source: z.enum(["promo", "referral", "purchased", "earned", "debt"]),
    balance_after: Credits.meta({ description: "All sources together after this row." }),
    ref: z.object({ type: z.string().nullable(), id: z.string().nullable() }),
    memo: z.string().nullable(),
  })
  .meta({ id: "Transfer" });

/** What caused a transfer, by its public id where that kind of thing has one. */
function showRef({ refType: type, refId: id }: Movement): { type: string | null; id: string | null } {
  return { type, id: type === "request" && id !== null && isUuid(id) ? toPublicId("request", id) : id };
}

/** A movement as the API shows it. */
export const showTransfer = (movement: Movement) => ({
  id: toPublicId("transfer", movement.transfer),
  at: toIso(movement.at.getTime()),
  kind: movement.kind,
  credits: credits(movement.signedMicros),
  source: movement.source === "vested" || movement.source === "unvested" ? "earned" : movement.source,
  balance_after: credits(movement.balanceAfterMicros),
  ref: showRef(movement),
  memo: movement.memo,
});
