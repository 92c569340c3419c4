import { getUser, type User } from "@/lib/auth";
import type { Ctx } from "@/lib/ctx";
import { webEnv } from "@/lib/env";
import { ScripError } from "@/lib/errors";
import { fromPublicId, type Uuid } from "@/lib/ids";
import { micros } from "@/lib/money";
import {
  attachSession,
  type CheckoutInput,
  createPurchase,
  getPurchase,
  type NewPurchase,
  type PaymentState,
  readPaymentState,
  requestSessionCheck,
  openCheckout,
  openStripe,
  type PurchaseView,
  type StripeApi,
} from "@/lib/payments";
import type { Settings } from "@/lib/settings";
import { notFound } from "next/navigation";
import type { PackView } from "../_components/packs";
import { webDatabase } from "./database";

let opened: StripeApi | undefined;

/** Stripe, as the environment names it. Errors: `unavailable` where it names none. */
function webStripe(): StripeApi {
  const { stripeSecretKey: secretKey, stripeApiBase: apiBase } = webEnv();
  if (!secretKey) throw new ScripError("unavailable", "Buying isn't set up here: STRIPE_SECRET_KEY is missing.");
  opened ??= openStripe({ secretKey, apiBase });
  return opened;
}

/** The packs on sale, as pages show them. */
export const toPackViews = ({ packs }: Pick<Settings, "packs">): PackView[] =>
  packs.map(({ id, credits, base_credits: base, usd }) => {
    const bonus = micros(credits - base);
    return { id, credits, base, bonus, bonusPercent: Number((bonus * 100n) / credits), usd };
  });

/** The purchase that a page is of. What isn't there, and what is another's, look the same. */
export async function readPurchase(user: User, publicId: string, nowMs: number): Promise<PurchaseView> {
  const purchaseId = fromPublicId("purchase", publicId);
  if (!purchaseId) notFound();
  return getPurchase(webDatabase().reader, nowMs, { userId: user.id, purchaseId }).catch((error: unknown) => {
    if (error instanceof ScripError && error.code === "not_found") notFound();
    throw error;
  });
}

const ASK_EVERY_MS = 4_000;
const ASKED_MAX = 1_000;
type Asked = { state: Promise<PaymentState>; atMs: number; isHandedOver: boolean };
/** What Stripe said of orders lately: a page that waits looks again every second. */
const askedOf = new Map<Uuid, Asked>();

/**
 * Where Stripe says that the payment of an order stands, as of at most four seconds ago. One that is paid is handed over to be
 * credited, should its event be late or lost. Never throws: what can't be asked is `unknown`.
 */
export async function readPayment(purchaseId: Uuid, nowMs: number): Promise<PaymentState> {
  if (!webEnv().stripeSecretKey) return "unknown";
  const database = webDatabase();
  let asked = askedOf.get(purchaseId);
  if (!asked || nowMs - asked.atMs >= ASK_EVERY_MS) {
    if (askedOf.size >= ASKED_MAX) askedOf.clear();
    const state = readPaymentState(database.reader, webStripe(), purchaseId);
    asked = { state, atMs: nowMs, isHandedOver: asked?.isHandedOver ?? false };
    askedOf.set(purchaseId, asked);
  }
  const state = await asked.state;
  if (state === "paid" && !asked.isHandedOver) {
    asked.isHandedOver = true;
    await database.inTransaction((tx) => requestSessionCheck(tx, purchaseId));
  }
  return state;
}

/**
 * Take down an order and open its pay page. Errors: `validation_failed`, `unavailable`.
 *
 * Cut off at any point it leaves an order that nobody was charged for.
 */
export async function startCheckout(
  ctx: Ctx,
  { userId, order }: { userId: Uuid; order: CheckoutInput },
): Promise<{ purchase: NewPurchase; url: string }> {
  const stripe = webStripe();
  const database = webDatabase();
  const { email } = await getUser(database.reader, userId);
  const purchase = await database.inTransaction((tx) => createPurchase(tx, ctx, { userId, order }));
  const { session, url } = await openCheckout(stripe, { purchase, email, appUrl: webEnv().appUrl });
  await database.inTransaction((tx) => attachSession(tx, ctx, { purchaseId: purchase.id, session }));
  return { purchase, url };
}

/**
 * The pay page of an order that nobody has paid yet: the same one again, for as long as Stripe keeps it.
 *
 * Errors: `not_found`, for another's too; `state_conflict` once it isn't waiting any more; `unavailable`.
 */
export async function continueCheckout(
  ctx: Ctx,
  { userId, purchaseId }: { userId: Uuid; purchaseId: Uuid },
): Promise<string> {
  const stripe = webStripe();
  const { reader } = webDatabase();
  const [{ email }, order] = await Promise.all([
    getUser(reader, userId),
    getPurchase(reader, ctx.nowMs, { userId, purchaseId }),
  ]);
  if (order.state !== "created") {
    throw new ScripError("state_conflict", "This order doesn't wait for a payment any more.");
  }
  const { pack, usdNanos, baseMicros, creditsMicros } = order;
  const quote = { pack, usdNanos, baseMicros, creditsMicros, bonusMicros: micros(creditsMicros - baseMicros) };
  const { url } = await openCheckout(stripe, { purchase: { id: purchaseId, quote }, email, appUrl: webEnv().appUrl });
  return url;
}
