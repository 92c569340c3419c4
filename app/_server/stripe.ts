import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import { openStripe, type StripeApi } from "@/lib/payments";

let opened: StripeApi | undefined;

/** Stripe, as the environment names it. Errors: `unavailable` where it names none. */
export function webStripe(): StripeApi {
  const { stripeSecretKey: secretKey, stripeApiBase: apiBase } = webEnv();
  if (!secretKey) throw new ScripError("unavailable", "Buying isn't set up here: STRIPE_SECRET_KEY is missing.");
  opened ??= openStripe({ secretKey, apiBase });
  return opened;
}
