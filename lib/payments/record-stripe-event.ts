import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { enqueue } from "../queue/enqueue";
import { insertEvent } from "./stripe-event.store";
import { isHandled, type StripeEvent, trimEvent } from "./stripe-facts";

/** The job that acts on a recorded event: `{event}`. */
export const STRIPE_EVENT_TOPIC = "stripe_event";

/**
 * Keep an event and ask for it to be acted on, once for each id, however often it comes. Returns whether it is new.
 *
 * Events that change no purchase are not kept. What an event says of cards and people is dropped.
 */
export async function recordStripeEvent(tx: Tx, ctx: Ctx, event: StripeEvent): Promise<boolean> {
  if (!isHandled(event.type)) return false;
  if (!(await insertEvent(tx, ctx.nowMs, trimEvent(event)))) return false;
  await enqueue(tx, STRIPE_EVENT_TOPIC, { event: event.id });
  return true;
}
