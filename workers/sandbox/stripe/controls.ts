import * as z from "zod";
import { closeDispute, escalateInquiry, isClosed, openDispute, openDisputeOf, warnOfFraud } from "./disputes";
import { type Charge, type Session, StripeRefusal } from "./objects";
import { createRefund, endRefund } from "./refunds";
import { paySession } from "./sessions";
import { require, type StripeState } from "./state";

const Cents = z.int().min(1).optional();

/** `POST /_sandbox/stripe/pay/{id}`: how somebody pays; amounts are cents. */
const PayInput = z.strictObject({
  method: z.enum(["card", "bank_debit", "failing_bank_debit"]).optional(),
  amount: Cents,
  currency: z.string().length(3).optional(),
  reference: z.string().optional(),
});
/** `POST /_sandbox/stripe/refund/{id}`: a refund from the dashboard; with `refund`, changes the status of that one. */
const RefundInput = z.strictObject({
  amount: Cents,
  status: z.enum(["pending", "requires_action", "succeeded", "failed", "canceled"]).nullish(),
  reason: z.string().optional(),
  refund: z.string().optional(),
});
/** `POST /_sandbox/stripe/dispute/{id}`: opens one, escalates the open inquiry, or closes the open one. */
const DisputeInput = z.strictObject({
  status: z
    .enum(["early_warning", "warning_needs_response", "warning_closed", "needs_response", "won", "lost"])
    .default("needs_response"),
  amount: Cents,
  currency: z.string().length(3).optional(),
});

/** The session that somebody means: by its own id, by the order that it is for, or by its payment. */
function sessionOf(stripe: StripeState, id: string): Session {
  const all = [...stripe.sessions.values()].reverse();
  const found = all.find((one) => [one.id, one.client_reference_id, one.payment_intent].includes(id));
  return found ?? require(stripe.sessions, id, "checkout.session");
}

function chargeOf(stripe: StripeState, id: string): Charge {
  const { payment_intent: intent } = sessionOf(stripe, id);
  const charge = [...stripe.charges.values()].find((one) => one.payment_intent === intent);
  return charge ?? require(stripe.charges, id, "charge");
}

function dispute(stripe: StripeState, id: string, { status, ...request }: z.output<typeof DisputeInput>): object {
  const charge = chargeOf(stripe, id);
  if (status === "early_warning") return warnOfFraud(stripe, charge);
  const open = openDisputeOf(stripe, charge);
  if (open && isClosed({ status })) return closeDispute(stripe, open, status);
  if (open?.status === "warning_needs_response" && status === "needs_response") return escalateInquiry(stripe, open);
  return openDispute(stripe, charge, { status, ...request });
}

function perform(stripe: StripeState, verb: string, id: string, input: unknown): object {
  switch (verb) {
    case "pay":
      return paySession(stripe, sessionOf(stripe, id), PayInput.parse(input));
    case "refund": {
      const { refund, status, amount, reason } = RefundInput.parse(input);
      if (refund === undefined) return createRefund(stripe, chargeOf(stripe, id), { status, amount });
      return endRefund(stripe, require(stripe.refunds, refund, "refund"), status ?? "failed", reason);
    }
    default:
      return dispute(stripe, id, DisputeInput.parse(input));
  }
}

/** What a control answers: a body, or what is wrong with the call. */
export type StripeControl = { body: unknown } | { problem: string; status: number };

/** Do what a test or a person asks for at `/_sandbox/stripe/{pay,refund,dispute}/{id}`. */
export function controlStripe(stripe: StripeState, verb: string, id: string, input: unknown): StripeControl {
  try {
    return { body: perform(stripe, verb, id, input) };
  } catch (error) {
    if (error instanceof StripeRefusal) return { problem: error.message, status: error.status };
    if (error instanceof z.ZodError) return { problem: z.prettifyError(error), status: 422 };
    throw error;
  }
}
