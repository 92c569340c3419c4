import type { Uuid } from "../ids";
import { micros, type Micros, type Nanos, ZERO_MICROS } from "../money";
import type { KeyReason, PoolKeyState } from "../pool";
import type { VestingTerms } from "./vested-of";

/** What becomes of a contribution. What the key of an open one is doing is the pool's to say. */
export type ContributionEnd = "revoked" | "retired";

/** A contribution as it is stored. Units: microcredits, nanodollars. */
export type Contribution = VestingTerms & {
  id: Uuid;
  userId: Uuid;
  walletId: bigint;
  poolKeyId: Uuid;
  provider: string;
  state: "open" | ContributionEnd;
  reason: KeyReason | null;
  isProven: boolean;
  costNanos: Nanos;
  grossMicros: Micros;
  feeMicros: Micros;
  vestedMicros: Micros;
  /** What was taken back when it ended. */
  takenMicros: Micros;
  requestsServed: bigint;
  createdAtMs: number;
};

/** What its owner is shown: credits only. Units: microcredits. */
export type ContributionView = {
  id: Uuid;
  provider: string;
  /** The key's last characters, for telling keys apart; empty once it is destroyed. */
  hint: string;
  state: "active" | "paused" | "cooling" | "depleted" | "quarantined" | ContributionEnd;
  reason: KeyReason | null;
  isProven: boolean;
  grossMicros: Micros;
  feeMicros: Micros;
  netMicros: Micros;
  vestedMicros: Micros;
  withdrawableMicros: Micros;
  /** What is still to vest. */
  remainingMicros: Micros;
  requestsServed: bigint;
  createdAtMs: number;
};

/** What the pool knows of a contribution's key. */
export type KeyFacts = { state: PoolKeyState; reason: KeyReason | null; hint: string; coolingUntilMs: number };

function stateOf(
  { state, reason }: Contribution,
  key: KeyFacts,
  nowMs: number,
): Pick<ContributionView, "state" | "reason"> {
  if (state !== "open") return { state, reason };
  switch (key.state) {
    case "active":
      return { state: key.coolingUntilMs > nowMs ? "cooling" : "active", reason: null };
    case "paused":
    case "depleted":
    case "quarantined":
      return { state: key.state, reason: key.reason };
    // Out of use until somebody acts: an operator, or the job that ends the contribution of a key that died.
    case "disabled":
    case "revoked":
    case "retired":
      return { state: "quarantined", reason: key.reason };
  }
}

/** What is still to vest of a contribution: nothing once it has ended. Units: microcredits. */
export const remainingOf = ({ netMicros, vestedMicros, takenMicros }: Contribution): Micros =>
  micros(netMicros - vestedMicros - takenMicros);

/** A contribution as its owner is shown it. */
export function viewContribution(contribution: Contribution, key: KeyFacts, nowMs: number): ContributionView {
  const { id, provider, isProven, grossMicros, feeMicros, netMicros, vestedMicros } = contribution;
  return {
    id,
    provider,
    isProven,
    grossMicros,
    feeMicros,
    netMicros,
    vestedMicros,
    hint: key.hint,
    ...stateOf(contribution, key, nowMs),
    withdrawableMicros: ZERO_MICROS,
    remainingMicros: remainingOf(contribution),
    requestsServed: contribution.requestsServed,
    createdAtMs: contribution.createdAtMs,
  };
}
