import { randomText } from "../../../lib/ids";
import { nowMs } from "../../../lib/time";
import { type Deliveries, type DeliverySettings, newDeliveries } from "./webhooks";
import {
  type BalanceTransaction,
  type Charge,
  type Dispute,
  type Intent,
  type Refund,
  type Session,
  type StripeEvent,
  type StripeObject,
  StripeRefusal,
  type Warning,
} from "./objects";

/** A reply as it was given under an idempotency key. */
export type GivenReply = { asked: string; status: number; text: string };

/** One Stripe account: everything in it, and where its events go. */
export type StripeState = {
  sessions: Map<string, Session>;
  intents: Map<string, Intent>;
  charges: Map<string, Charge>;
  balance: Map<string, BalanceTransaction>;
  refunds: Map<string, Refund>;
  disputes: Map<string, Dispute>;
  warnings: Map<string, Warning>;
  events: StripeEvent[];
  replies: Map<string, GivenReply>;
  deliveries: Deliveries;
};

export const API_VERSION = "2026-10-28.endive";

const NOWHERE: DeliverySettings = {
  webhookUrl: null,
  webhookSecret: "",
  delayMsMax: 800,
  copies: 2,
  isDropping: false,
};

/** An account in which nothing has happened. */
export const newStripe = (settings: Partial<DeliverySettings> = {}): StripeState => ({
  sessions: new Map(),
  intents: new Map(),
  charges: new Map(),
  balance: new Map(),
  refunds: new Map(),
  disputes: new Map(),
  warnings: new Map(),
  events: [],
  replies: new Map(),
  deliveries: newDeliveries({ ...NOWHERE, ...settings }),
});

/** The parts that every object begins with. */
export const begin = <Name extends string>(prefix: string, object: Name) => ({
  id: `${prefix}_${randomText(24)}`,
  object,
  created: Math.floor(nowMs() / 1000),
  livemode: false as const,
});

/** Emit an event with the object as it is now, and send it to the webhook. */
export function emit(stripe: StripeState, type: string, object: StripeObject): void {
  const event: StripeEvent = {
    ...begin("evt", "event"),
    api_version: API_VERSION,
    type,
    data: { object: structuredClone(object) },
    pending_webhooks: 1,
  };
  stripe.events.push(event);
  stripe.deliveries.send(event);
}

/** The object of an id. Errors: `StripeRefusal` 404. */
export function require<T>(of: ReadonlyMap<string, T>, id: string, name: string): T {
  const found = of.get(id);
  if (found) return found;
  throw new StripeRefusal(404, "invalid_request_error", `No such ${name}: '${id}'`, {
    code: "resource_missing",
    param: "id",
  });
}
