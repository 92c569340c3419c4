import * as z from "zod";
import { startCheckout } from "@/app/_server/purchases";
import { route } from "@/app/_server/route";
import { credits } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import { CheckoutInput } from "@/lib/payments";
import { Credits } from "../_replies/fields";

const CheckoutReply = z
  .object({
    id: z.string().meta({ description: "Of the purchase." }),
    url: z.url().meta({ description: "The pay page: send the buyer there." }),
    credits: Credits.meta({ description: "What comes in once it is paid, bonus included." }),
  })
  .meta({ id: "Checkout" });

export const POST = route(
  {
    auth: "account",
    tag: "Buying",
    summary: "Buy credits",
    description: "A pack by its id, or any amount from USD 5 to 10,000. Nothing is bought until the pay page says so.",
    body: CheckoutInput,
    reply: CheckoutReply,
    status: 201,
    hasOwnTransactions: true,
    limit: "checkouts",
    example: { body: { pack: "starter" } },
  },
  async ({ ctx, principal, body }) => {
    const { purchase, url } = await startCheckout(ctx, { userId: principal.user.id, order: body });
    return { id: toPublicId("purchase", purchase.id), url, credits: credits(purchase.quote.creditsMicros) };
  },
);
