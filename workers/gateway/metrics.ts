import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { KeyCount } from "../../lib/pool";
import { formatCredits, type Micros } from "../../lib/money";

/** What `/metrics` shows. */
export type Metrics = {
  readonly registry: Registry;
  request(protocol: string, status: number): void;
  /**
   * Time that a request spent here: before a supplier was called (since it arrived, or since another supplier failed),
   * or after it (from the supplier's last byte to the reply's, settlement included).
   */
  addedLatency(part: "before" | "after", milliseconds: number): void;
  charged(chargedMicros: Micros, overrunMicros: Micros): void;
  estimated(reason: string): void;
  attempt(provider: string, outcome: string): void;
  flush(items: number): void;
  holds(change: 1 | -1): void;
};

/** A counter of pairs that costs a request a look-up: labels are only made when somebody looks. */
function countBy(registers: Registry[], name: string, help: string, labels: readonly [string, string]) {
  const counts = new Map<string, Map<string, number>>();
  new Counter({
    name,
    help,
    labelNames: [...labels],
    registers,
    collect() {
      this.reset();
      for (const [one, others] of counts) {
        for (const [two, count] of others) this.inc({ [labels[0]]: one, [labels[1]]: two }, count);
      }
    },
  });
  return (one: string, two: string): void => {
    const others = counts.get(one) ?? new Map<string, number>();
    counts.set(one, others.set(two, (others.get(two) ?? 0) + 1));
  };
}

function showKeys(registers: Registry[], keys: () => readonly KeyCount[]): void {
  new Gauge({
    name: "scrip_gateway_pool_keys",
    help: "Pool keys, by provider and state: active, cooling, depleted, quarantined, disabled, paused.",
    labelNames: ["provider", "state"],
    registers,
    collect() {
      this.reset();
      for (const { provider, state, count } of keys()) this.inc({ provider, state }, count);
    },
  });
}

/** A registry of a gateway's own. `keys` tells how many pool keys are in which state. */
export function createMetrics(keys: () => readonly KeyCount[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // Memory, and the longest pause of the event loop since somebody looked last.
  collectDefaultMetrics({ register: registry });
  const requests = countBy(registers, "scrip_gateway_requests_total", "Requests answered.", ["protocol", "status"]);
  const added = new Histogram({
    name: "scrip_gateway_added_latency_ms",
    help: "Time that requests spent here, not at suppliers: before a call of one, and after it until the reply's last byte.",
    labelNames: ["part"],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 512, 2048],
    registers,
  });
  const parts = { before: added.labels("before"), after: added.labels("after") };
  const charges = new Counter({ name: "scrip_gateway_charged_credits_total", help: "Credits charged.", registers });
  const overruns = new Counter({
    name: "scrip_gateway_overrun_credits_total",
    help: "Credits that were used and couldn't be charged: the platform's loss. More than none is an alert.",
    registers,
  });
  const estimates = new Counter({
    name: "scrip_gateway_estimated_total",
    help: "Requests charged by the gateway's own count, by the reason.",
    labelNames: ["reason"],
    registers,
  });
  const attempts = countBy(registers, "scrip_gateway_attempts_total", "Attempts at suppliers.", [
    "provider",
    "outcome",
  ]);
  const batches = new Histogram({
    name: "scrip_gateway_flush_items",
    help: "Items in one flush of the books.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  let open = 0;
  new Gauge({
    name: "scrip_gateway_open_holds",
    help: "Reservations that are open.",
    registers,
    collect() {
      this.set(open);
    },
  });
  showKeys(registers, keys);
  // A metric is for looking at: a double is exact enough there.
  const shown = (amount: Micros): number => Number.parseFloat(formatCredits(amount));
  return {
    registry,
    request: (protocol, status) => requests(protocol, String(status)),
    addedLatency: (part, milliseconds) => parts[part].observe(milliseconds),
    charged(chargedMicros, overrunMicros) {
      charges.inc(shown(chargedMicros));
      if (overrunMicros > 0n) overruns.inc(shown(overrunMicros));
    },
    estimated: (reason) => estimates.inc({ reason }),
    attempt: (provider, outcome) => attempts(provider, outcome),
    flush: (items) => batches.observe(items),
    holds(change) {
      open += change;
    },
  };
}
