import { newAccounts, type Accounts } from "./accounts";
import { newJournal, type Journal } from "./journal";
import { newOrders, type Orders } from "./orders";
import { newPrices, type Prices } from "./prices";
import type { DeliverySettings } from "./stripe/deliveries";
import { newStripe, type StripeState } from "./stripe/state";

/** How fast replies come, the same for every provider. Units: milliseconds. */
export type Pace = { firstTokenMs: number; chunkDelayMs: number };

/** All that a sandbox knows: nothing of it outlives the process or `DELETE /_sandbox`. */
export type World = {
  accounts: Accounts;
  journal: Journal;
  orders: Orders;
  /** Calls that an order delays, each by what ends its delay. */
  delayed: Set<AbortController>;
  prices: Prices;
  pace: Pace;
  stripe: StripeState;
};

/** A world in which nothing has happened. */
export function newWorld(webhook: Partial<DeliverySettings> = {}): World {
  return {
    accounts: newAccounts(),
    journal: newJournal(),
    orders: newOrders(),
    delayed: new Set(),
    prices: newPrices(),
    pace: { firstTokenMs: 0, chunkDelayMs: 0 },
    stripe: newStripe(webhook),
  };
}

/** Forget everything: keys, accounts, log, orders, prices, pace, Stripe. Where events go to stays as it was. */
export function resetWorld(world: World): void {
  const { deliveries } = world.stripe;
  deliveries.stop();
  Object.assign(world, newWorld(deliveries.settings));
}
