import { newAccounts, type Accounts, newPrices, type Prices } from "./accounts";
import { newRequestLog, type RequestLog } from "./request-log";
import { newScriptedFaults, type ScriptedFaults } from "./scripted-faults";
import type { DeliverySettings } from "./stripe/webhooks";
import { newStripe, type StripeState } from "./stripe/state";

/** How fast replies come, the same for every provider. Units: milliseconds. */
export type Pace = { firstTokenMs: number; chunkDelayMs: number };

/** The state of a sandbox: none of it outlives the process or `DELETE /_sandbox`. */
export type SandboxState = {
  accounts: Accounts;
  requestLog: RequestLog;
  faults: ScriptedFaults;
  prices: Prices;
  pace: Pace;
  stripe: StripeState;
};

/** A state in which nothing has happened. */
export function newState(webhook: Partial<DeliverySettings> = {}): SandboxState {
  return {
    accounts: newAccounts(),
    requestLog: newRequestLog(),
    faults: newScriptedFaults(),
    prices: newPrices(),
    pace: { firstTokenMs: 0, chunkDelayMs: 0 },
    stripe: newStripe(webhook),
  };
}

/** Reset everything: keys, accounts, log, faults, prices, pace, Stripe. The webhook's settings stay. */
export function resetState(state: SandboxState): void {
  const { deliveries } = state.stripe;
  deliveries.stop();
  Object.assign(state, newState(deliveries.settings));
}
