import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import type { Uuid } from "../ids";
import { micros, type Micros, ZERO_MICROS } from "../money";
import { type KeyReason, pausePoolKey, resumePoolKey } from "../pool";
import { setAdvance } from "./advance";
import {
  type Contribution,
  type ContributionEnd,
  findContribution,
  findKeyFacts,
  type KeyFacts,
  listByUser,
} from "./contribution.store";
import { dueOf } from "./valuation";

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
function viewContribution(contribution: Contribution, key: KeyFacts, nowMs: number): ContributionView {
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

/** A contribution of that account. Errors: `not_found` for another's too. */
export async function requireOwn(
  reader: Tx,
  { userId, contributionId }: { userId: Uuid; contributionId: Uuid },
): Promise<Contribution> {
  const contribution = await findContribution(reader, contributionId);
  if (contribution?.userId === userId) return contribution;
  throw new ScripError("not_found", "You have no such contribution.");
}

/** One contribution of an account. Errors: `not_found` for another's too. */
export async function getContribution(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const contribution = await requireOwn(reader, input);
  const facts = (await findKeyFacts(reader, [contribution.poolKeyId])).get(contribution.poolKeyId);
  assert(facts, `contribution ${contribution.id} has a key`);
  return viewContribution(contribution, facts, ctx.nowMs);
}

/** An account's contributions, newest first, those after the one named `before` and at most `limit`. */
export async function listContributions(
  reader: Tx,
  ctx: Pick<Ctx, "nowMs">,
  input: { userId: Uuid; limit: number; before: Uuid | null },
): Promise<ContributionView[]> {
  const contributions = await listByUser(reader, input.userId, input);
  const facts = await findKeyFacts(
    reader,
    contributions.map(({ poolKeyId }) => poolKeyId),
  );
  return contributions.map((contribution) => {
    const key = facts.get(contribution.poolKeyId);
    assert(key, `contribution ${contribution.id} has a key`);
    return viewContribution(contribution, key, ctx.nowMs);
  });
}

/**
 * Take a contribution's key out of use until its owner resumes it. What is under way ends, and vests; nothing can be spent in
 * advance on it meanwhile.
 *
 * Errors: `not_found`; `state_conflict` for one whose key isn't in use.
 */
export async function pauseContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId, walletId } = await requireOwn(tx, input);
  await pausePoolKey(tx, ctx, { poolKeyId });
  await setAdvance(tx, ctx, [walletId]);
  return getContribution(tx, ctx, input);
}

/** Put a paused contribution's key back to use. Errors: `not_found`; `state_conflict` for one that isn't paused. */
export async function resumeContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId, walletId } = await requireOwn(tx, input);
  await resumePoolKey(tx, ctx, { poolKeyId });
  await setAdvance(tx, ctx, [walletId]);
  return getContribution(tx, ctx, input);
}
