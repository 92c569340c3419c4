import * as z from "zod";
import { credits } from "@/lib/http";
import { toPublicId, type Uuid } from "@/lib/ids";
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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What caused a transfer, by its public id where that kind of thing has one. */
function showRef({ refType: type, refId: id }: Movement): { type: string | null; id: string | null } {
  const isRequest = type === "request" && id !== null && UUID.test(id);
  return { type, id: isRequest ? toPublicId("request", id as Uuid) : id }; // its form was just checked
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
