import * as z from "zod";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { UsdInput } from "../http";
import { newUuid, toPublicId, type Uuid } from "../ids";
import {
  type Decimal,
  divideDown,
  divideUp,
  formatCredits,
  formatUsd,
  fromCents,
  micros,
  type Micros,
  nanos,
  type Nanos,
  NANOS_PER_CENT,
} from "../money";
import { readSettings, type Settings } from "../settings";
import { insertPurchase, lockPurchase, updatePurchase } from "./purchase.store";
import type { StripeApi } from "./stripe-api";

/** What somebody wants to buy: a pack by its id, or credits for an amount of dollars. */
export const CheckoutInput = z.union([
  z.strictObject({ pack: z.string().min(1).max(64) }),
  z.strictObject({ usd: UsdInput }),
]);
export type CheckoutInput = z.output<typeof CheckoutInput>;

/** What an order costs and brings: base credits are what the dollars are worth, the bonus comes on top. */
export type OrderQuote = {
  pack: string | null;
  usdNanos: Nanos;
  baseMicros: Micros;
  bonusMicros: Micros;
  creditsMicros: Micros;
};

export const ORDER_USD_MIN = 5_000_000_000n as Nanos;
export const ORDER_USD_MAX = 10_000_000_000_000n as Nanos;

// A credit has 10^6 micros and a dollar 10^9 nanos.
const NANOS_PER_MICRO = 1_000n;

function unfit(path: string, message: string): ScripError {
  return new ScripError("validation_failed", `${path}: ${message}`, { errors: [{ path, message }] });
}

/** Credits that dollars are worth. Rounding: down to a microcredit. */
const worthOf = (usdNanos: Nanos, { digits, scale }: Decimal): Micros =>
  micros(divideDown(usdNanos * 10n ** BigInt(scale), digits * NANOS_PER_MICRO));

/** The bonus of the highest step that the amount reaches. Rounding: down to a microcredit. */
function bonusOf(usdNanos: Nanos, baseMicros: Micros, steps: Settings["bonus_steps"]): Micros {
  const reached = steps
    .filter(({ from_usd: from }) => from <= usdNanos)
    .reduce<Settings["bonus_steps"][number] | null>(
      (best, step) => (best && best.from_usd > step.from_usd ? best : step),
      null,
    );
  return micros(reached ? divideDown(baseMicros * reached.bonus.digits, 10n ** BigInt(reached.bonus.scale)) : 0n);
}

function quoteAmount(usdNanos: Nanos, settings: OrderSettings): OrderQuote {
  if (usdNanos < ORDER_USD_MIN || usdNanos > ORDER_USD_MAX) {
    throw unfit("usd", `must be from ${formatUsd(ORDER_USD_MIN)} to ${formatUsd(ORDER_USD_MAX)}`);
  }
  if (usdNanos % NANOS_PER_CENT !== 0n) throw unfit("usd", "must be whole cents");
  const baseMicros = worthOf(usdNanos, settings.usd_per_credit);
  const bonusMicros = bonusOf(usdNanos, baseMicros, settings.bonus_steps);
  return { pack: null, usdNanos, baseMicros, bonusMicros, creditsMicros: micros(baseMicros + bonusMicros) };
}

/** What of the settings decides an order. */
export type OrderSettings = Pick<Settings, "packs" | "bonus_steps" | "usd_per_credit">;

/**
 * What a pack, or credits for an amount of dollars, cost and bring.
 *
 * Units: nanodollars that are whole cents; microcredits. Rounding: credits down.
 * Errors: `ScripError` validation_failed for a pack that isn't sold, or an amount that can't be paid.
 */
export function quoteOrder(settings: OrderSettings, wish: CheckoutInput): OrderQuote {
  if ("usd" in wish) return quoteAmount(wish.usd, settings);
  const pack = settings.packs.find(({ id }) => id === wish.pack);
  if (!pack) throw unfit("pack", "is not sold: GET /packs lists what is");
  const bonusMicros = micros(pack.credits - pack.base_credits);
  return {
    pack: pack.id,
    usdNanos: nanos(pack.usd),
    baseMicros: pack.base_credits,
    bonusMicros,
    creditsMicros: pack.credits,
  };
}

/** An order that was taken down, before anything is paid. */
export type NewPurchase = { id: Uuid; quote: OrderQuote };

/**
 * Take down an order at today's prices, which it keeps.
 *
 * Errors: `ScripError` validation_failed for a pack that isn't sold, or an amount that can't be paid.
 */
export async function createPurchase(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; order: CheckoutInput },
): Promise<NewPurchase> {
  const settings = await readSettings(tx);
  const quote = quoteOrder(settings, input.order);
  const { pack, usdNanos, baseMicros, creditsMicros } = quote;
  const id = newUuid(ctx.nowMs);
  await insertPurchase(tx, {
    id,
    userId: input.userId,
    pack,
    usdNanos,
    baseMicros,
    creditsMicros,
    usdPerCredit: settings.usd_per_credit,
    createdMs: ctx.nowMs,
  });
  return { id, quote };
}

/** Bind an order to its Checkout session. An event may have come first and done it: then nothing is left to do. */
export async function attachSession(
  tx: Tx,
  _ctx: Ctx,
  { purchaseId, session }: { purchaseId: Uuid; session: string },
): Promise<void> {
  const purchase = await lockPurchase(tx, purchaseId);
  assert(purchase, `no purchase ${purchaseId}`);
  if (purchase.session !== null) return;
  await updatePurchase(tx, purchaseId, { session });
}

/** The path of an order's page, below the web app's address. */
const purchasePath = (publicId: string): string => `/buy/orders/${publicId}`;

/**
 * Open Stripe's pay page for an order. The network: never inside a transaction.
 *
 * Opened again, the order's page is the same one for a day: the idempotency key is the order's.
 * Errors: `ScripError` unavailable where Stripe doesn't answer; the order then stays unpaid and goes by itself.
 */
export async function openCheckout(
  stripe: StripeApi,
  { purchase, email, appUrl }: { purchase: NewPurchase; email: string; appUrl: string },
): Promise<{ session: string; url: string }> {
  const purchaseId = toPublicId("purchase", purchase.id);
  const page = appUrl + purchasePath(purchaseId);
  try {
    const { id, url } = await stripe.createSession({
      purchaseId,
      usdNanos: purchase.quote.usdNanos,
      title: `${formatCredits(purchase.quote.creditsMicros)} credits`,
      email,
      successUrl: page,
      cancelUrl: `${page}?cancelled=1`,
    });
    return { session: id, url };
  } catch (cause) {
    const message = "The payment service doesn't answer. Nothing was paid: try again in a minute.";
    throw new ScripError("unavailable", message, { cause, retryAfterS: 60 });
  }
}

/** What the platform is left with of an order, at worst: of a pack, or of the smallest order that a bonus step applies to. */
export type SolvencyLine = { pack: string | null; usdNanos: Nanos; creditsMicros: Micros; marginNanos: Nanos };

/** What of the settings decides how much of an order can go out again. */
export type SolvencySettings = Pick<
  Settings,
  "packs" | "bonus_steps" | "usd_per_credit" | "card_fee" | "contribution_fee" | "withdrawal"
>;

const MICROS_PER_100_CREDITS = 100_000_000n;
// A credit has 10^6 micros and a dollar 10^9 nanos.

/**
 * What is left of an order's price once the card fee is paid and as much of its credits as can be is withdrawn by
 * contributors whose keys served them: what the contribution fee leaves of them, and no more than the money would buy at the
 * nominal value.
 *
 * Units: nanodollars. Rounding: down, so that it is below zero exactly where the line is.
 */
function marginOf(usdNanos: Nanos, creditsMicros: Micros, settings: SolvencySettings): Nanos {
  const { usd_per_credit: worth, card_fee: card, contribution_fee: fee, withdrawal } = settings;
  const [cardOne, feeOne] = [10n ** BigInt(card.share.scale), 10n ** BigInt(fee.scale)];
  const earned = { num: creditsMicros * (feeOne - fee.digits), den: feeOne };
  const backed = { num: usdNanos * 10n ** BigInt(worth.scale), den: worth.digits * NANOS_PER_MICRO };
  const out = earned.num * backed.den < backed.num * earned.den ? earned : backed;
  const kept = (usdNanos - card.fixed_usd) * cardOne - usdNanos * card.share.digits;
  const den = out.den * MICROS_PER_100_CREDITS;
  return nanos(divideDown(kept * den - out.num * withdrawal.usd_per_100 * cardOne, den * cardOne));
}

const wholeCents = (usdNanos: Nanos): Nanos => fromCents(divideUp(usdNanos, NANOS_PER_CENT));

/**
 * The solvency line of each pack and each bonus step under these settings: below zero, an order of it can cost the platform
 * more than it brings in.
 *
 * At a card fee of 2.9% + USD 0.30 and the other defaults: Starter 1.31, Pro 6.09, Enterprise 56.50.
 */
export function solvencyLines(settings: SolvencySettings): SolvencyLine[] {
  const steps = settings.bonus_steps
    .map(({ from_usd: from }) => (from > ORDER_USD_MIN ? wholeCents(from) : ORDER_USD_MIN))
    .filter((usd) => usd <= ORDER_USD_MAX);
  const wishes = [...settings.packs.map(({ id }) => ({ pack: id })), ...steps.map((usd) => ({ usd }))];
  return wishes.map((wish) => {
    const { pack, usdNanos, creditsMicros } = quoteOrder(settings, wish);
    return { pack, usdNanos, creditsMicros, marginNanos: marginOf(usdNanos, creditsMicros, settings) };
  });
}

/** The lines that are below zero: each is an alert for as long as the settings stay. */
export const insolventLines = (settings: SolvencySettings): SolvencyLine[] =>
  solvencyLines(settings).filter(({ marginNanos }) => marginNanos < 0n);
