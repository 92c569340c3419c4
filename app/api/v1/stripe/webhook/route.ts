import * as z from "zod";
import { webDatabase } from "@/app/_server/database";
import { route } from "@/app/_server/route";
import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import { recordStripeEvent, verifyStripeEvent } from "@/lib/payments";

const BODY_BYTES_MAX = 1024 * 1024;

/** The body as it was signed. Errors: `request_too_large`. */
async function readRaw(request: Request): Promise<string> {
  const tooLarge = (): ScripError => new ScripError("request_too_large", "An event is never as large as this.");
  if ((Number(request.headers.get("content-length")) || 0) > BODY_BYTES_MAX) throw tooLarge();
  const text = await request.text();
  if (text.length > BODY_BYTES_MAX) throw tooLarge();
  return text;
}

export const POST = route(
  {
    auth: "public",
    tag: "Buying",
    summary: "Take an event of Stripe",
    description:
      "For Stripe alone: signed, kept once, and acted on afterwards. Without a secret there is no such call.",
    reply: z.object({ received: z.literal(true) }),
    hasOwnTransactions: true,
    example: {},
  },
  async ({ ctx, request }) => {
    const { stripeWebhookSecret: secret } = webEnv();
    // An empty secret would verify whatever anybody signs with it.
    if (!secret) throw new ScripError("not_found", "There is no such call: STRIPE_WEBHOOK_SECRET is missing.");
    const event = verifyStripeEvent(await readRaw(request), request.headers.get("stripe-signature"), secret);
    await webDatabase().inTransaction((tx) => recordStripeEvent(tx, ctx, event));
    return { received: true };
  },
);
