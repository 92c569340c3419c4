import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { assert, ScripError } from "../errors";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { clawBackCredits } from "../ledger";
import { micros, type Micros, ZERO_MICROS } from "../money";
import { closePoolKey, getPoolKey, type KeyReason, pausePoolKey, type PoolKeyView, resumePoolKey } from "../pool";
import { setAdvance } from "./advance";
import {
  type ClosedState,
  type Contribution,
  findByPoolKey,
  findContribution,
  findKeyFacts,
  type KeyFacts,
  listByUser,
  lockByPoolKeys,
  updateContribution,
} from "./contribution.store";
import { heldBackOf, remainingOf } from "./valuation";

/** What its owner is shown: credits only. Units: microcredits. */
export type ContributionView = {
  id: Uuid;
  provider: string;
  /** The key's last characters, for telling keys apart; empty once it is destroyed. */
  hint: string;
  state: "active" | "paused" | "cooling" | "depleted" | "quarantined" | ClosedState;
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
    // Out of use until somebody acts: an operator, or the job that revokes the contribution of a key that died.
    case "disabled":
    case "revoked":
    case "retired":
      return { state: "quarantined", reason: key.reason };
  }
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
 * Take a contribution's key out of use until its owner resumes it. Requests in flight finish, and vest; nothing can be spent in
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

/**
 * Close the contribution of a pool key: the key serves no more and is destroyed, what hasn't vested is clawed back. What
 * requests in flight cost vests when they settle. Closing it again changes nothing; false then.
 *
 * The key's row is locked before the contribution's and the wallet's, as the fold does.
 */
async function closeContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; state: ClosedState; reason: KeyReason },
): Promise<boolean> {
  const { poolKeyId, state, reason } = input;
  await closePoolKey(tx, ctx, { poolKeyId, state, reason });
  const [contribution] = await lockByPoolKeys(tx, [poolKeyId]);
  assert(contribution, `pool key ${poolKeyId} belongs to a contribution`);
  if (contribution.state !== "open") return false;
  const restMicros = remainingOf(contribution);
  const takenMicros = micros(contribution.takenMicros + restMicros);
  await updateContribution(tx, contribution.id, { state, reason, takenMicros });
  await setAdvance(tx, ctx, [contribution.walletId]);
  if (restMicros > 0n) {
    await clawBackCredits(tx, ctx, {
      scope: "contribution end",
      key: contribution.id,
      requestHash: createHash("sha256").update(contribution.id).digest(),
      transfer: newUuid(ctx.nowMs),
      wallet: contribution.walletId,
      refType: "contribution",
      refId: toPublicId("contribution", contribution.id),
      memo: reason,
      amountMicros: restMicros,
    });
  }
  return true;
}

/**
 * Take a contribution back for good: its key is destroyed, its unvested credits go back. Retiring it again changes nothing.
 *
 * Errors: `not_found`; `state_conflict` for one whose key died.
 */
export async function retireContribution(
  tx: Tx,
  ctx: Ctx,
  input: { userId: Uuid; contributionId: Uuid },
): Promise<ContributionView> {
  const { poolKeyId } = await requireOwn(tx, input);
  await closeContribution(tx, ctx, { poolKeyId, state: "retired", reason: "by_owner" });
  const view = await getContribution(tx, ctx, input);
  if (view.state === "retired") return view;
  throw new ScripError("state_conflict", "This contribution's key has died: there is nothing left to retire.");
}

/** A key that was closed, and the contribution that was closed with it, if any. Units: microcredits. */
type ClosedKey = { key: PoolKeyView; contribution: { id: Uuid; takenMicros: Micros } | null };

/**
 * Close a supplier's key for good, as an operator decides: its secret is destroyed, and its contribution is revoked. A key
 * that is closed already stays as it is.
 *
 * Errors: `not_found`.
 */
export async function closeKey(tx: Tx, ctx: Ctx, input: { poolKeyId: Uuid }): Promise<ClosedKey> {
  const closing = { ...input, reason: "by_operator" } as const;
  const isRevoked = await revokeContribution(tx, ctx, closing);
  // The platform's own keys belong to no contribution.
  await closePoolKey(tx, ctx, { ...closing, state: "revoked" });
  const contribution = isRevoked ? await findByPoolKey(tx, input.poolKeyId) : null;
  return { key: await getPoolKey(tx, ctx, input), contribution };
}

/**
 * Revoke the contribution of a key that died: what hasn't vested is clawed back, from unvested credits first, the rest as a
 * debt. False where it was closed before, or the key belongs to no contribution.
 */
export async function revokeContribution(
  tx: Tx,
  ctx: Ctx,
  input: { poolKeyId: Uuid; reason: KeyReason },
): Promise<boolean> {
  const contribution = await findByPoolKey(tx, input.poolKeyId);
  return contribution !== null && closeContribution(tx, ctx, { ...input, state: "revoked" });
}
