import * as z from "zod";
import { webDatabase } from "@/app/_server/database";
import { route } from "@/app/_server/route";
import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import { readText } from "@/lib/http";
import { recordStripeEvent, verifyStripeEvent } from "@/lib/payments";

const BODY_BYTES_MAX = 1024 * 1024;

/** The body as it was signed. Errors: `request_too_large`; `invalid_request` for what is no text. */
async function readRaw(request: Request): Promise<string> {
  try {
    return await readText(request, BODY_BYTES_MAX);
  } catch (cause) {
    if (cause instanceof ScripError) throw cause;
    throw new ScripError("invalid_request", "The event is no text in UTF-8.", { cause });
  }
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
