import type { Uuid } from "../ids";
import { micros, type Micros, ZERO_MICROS } from "../money";
import type { KeyReason, PoolKeyState } from "../pool";
import { dueOf, type Progress, type VestingTerms } from "./vested-of";

/** What becomes of a contribution. What the key of an open one is doing is the pool's to say. */
export type ContributionEnd = "revoked" | "retired";

/** A contribution as it is stored. Units: microcredits, nanodollars. */
export type Contribution = VestingTerms &
  Progress & {
    id: Uuid;
    userId: Uuid;
    walletId: bigint;
    poolKeyId: Uuid;
    provider: string;
    state: "open" | ContributionEnd;
    reason: KeyReason | null;
    isProven: boolean;
    grossMicros: Micros;
    feeMicros: Micros;
    /** What was taken back when it ended or its quota was used up, less what of it vested after all. */
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
  /** Of that, what is due and waits for its requests to have earned it. */
  heldBackMicros: Micros;
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

/** What is still to vest of a contribution: nothing once it has ended or its quota is used up. Units: microcredits. */
export const remainingOf = ({ netMicros, vestedMicros, takenMicros }: Contribution): Micros =>
  micros(netMicros - vestedMicros - takenMicros);

/** What is due of a contribution, and waits until its requests have been charged enough. Units: microcredits. */
function heldBackOf(contribution: Contribution): Micros {
  const { costNanos, vestedMicros } = contribution;
  const [owing, remaining] = [dueOf(contribution, costNanos) - vestedMicros, remainingOf(contribution)];
  return micros(owing < remaining ? (owing > 0n ? owing : 0n) : remaining);
}

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
    heldBackMicros: heldBackOf(contribution),
    requestsServed: contribution.requestsServed,
    createdAtMs: contribution.createdAtMs,
  };
}
