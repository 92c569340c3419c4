"use server";

import { revalidatePath } from "next/cache";
import { act, type Acted, attempt } from "@/app/_server/action";
import { continueCheckout, startCheckout } from "@/app/_server/purchases";
import { ScripError } from "@/lib/errors";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { parseUsd } from "@/lib/money";
import { requestRefund } from "@/lib/payments";

/** Where somebody goes to pay. */
type PayPage = { url: string };

function orderId(publicId: string): Uuid {
  const id = fromPublicId("purchase", publicId);
  if (!id) throw new ScripError("not_found", "There is no such order.");
  return id;
}

/** Order a pack; the answer is the pay page. */
export async function buyPack(pack: string): Promise<Acted<PayPage>> {
  return attempt(async (ctx, user) => {
    const { url } = await startCheckout(ctx, { userId: user.id, order: { pack } });
    return { url };
  }, "checkouts");
}

/** Order credits for an amount of dollars, as text; the answer is the pay page. */
export async function buyAmount(text: string): Promise<Acted<PayPage>> {
  return attempt(async (ctx, user) => {
    const usd = parseUsd(text);
    if (usd === null) throw new ScripError("validation_failed", "The amount is no number of dollars.");
    const { url } = await startCheckout(ctx, { userId: user.id, order: { usd } });
    return { url };
  }, "checkouts");
}

/** Go on paying an order that was left on its pay page. */
export async function payOrder(publicId: string): Promise<Acted<PayPage>> {
  return attempt(
    async (ctx, user) => ({
      url: await continueCheckout(ctx, { userId: user.id, purchaseId: orderId(publicId) }),
    }),
    "checkouts",
  );
}

/** Ask for an order's money back. */
export async function refundOrder(publicId: string): Promise<Acted<null>> {
  const refunded = await act(async (tx, ctx, user) => {
    await requestRefund(tx, ctx, { userId: user.id, purchaseId: orderId(publicId) });
    return null;
  });
  revalidatePath("/buy", "layout");
  return refunded;
}
