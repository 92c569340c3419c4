import { newAccounts, type Accounts } from "./accounts";
import { newJournal, type Journal } from "./journal";
import { newOrders, type Orders } from "./orders";
import { newPrices, type Prices } from "./prices";

/** How fast replies come, the same for every provider. Units: milliseconds. */
export type Pace = { firstTokenMs: number; chunkDelayMs: number };

/** All that a sandbox knows: nothing of it outlives the process or `DELETE /_sandbox`. */
export type World = { accounts: Accounts; journal: Journal; orders: Orders; prices: Prices; pace: Pace };

/** A world in which nothing has happened. */
export function newWorld(): World {
  return {
    accounts: newAccounts(),
    journal: newJournal(),
    orders: newOrders(),
    prices: newPrices(),
    pace: { firstTokenMs: 0, chunkDelayMs: 0 },
  };
}

/** Forget everything: keys, accounts, log, orders, prices, pace. */
export function resetWorld(world: World): void {
  Object.assign(world, newWorld());
}
