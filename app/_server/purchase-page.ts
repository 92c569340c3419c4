import { notFound } from "next/navigation";
import type { User } from "@/lib/auth";
import { ScripError } from "@/lib/errors";
import { fromPublicId } from "@/lib/ids";
import { getPurchase, type PurchaseView } from "@/lib/payments";
import { webDatabase } from "./database";

/** The purchase that a page is of. What isn't there, and what is another's, look the same. */
export async function readPurchase(user: User, publicId: string, nowMs: number): Promise<PurchaseView> {
  const purchaseId = fromPublicId("purchase", publicId);
  if (!purchaseId) notFound();
  return getPurchase(webDatabase().reader, nowMs, { userId: user.id, purchaseId }).catch((error: unknown) => {
    if (error instanceof ScripError && error.code === "not_found") notFound();
    throw error;
  });
}
