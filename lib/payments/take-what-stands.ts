import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { micros, ZERO_MICROS } from "../money";
import { giveBack, takeBack } from "./post-purchase";
import { type Dispute, type Purchase, type Refund, takenOf } from "./purchase";
import { findDisputes, findRefunds, updateDispute, updateRefund } from "./purchase.store";
import { shareOf } from "./refund";

type Claim = { kind: "refund"; claim: Refund } | { kind: "dispute"; claim: Dispute };

/** All that stands against a purchase and takes its share; a refund that its buyer asked for took the rest, and no other. */
const standing = (refunds: readonly Refund[], disputes: readonly Dispute[]): Claim[] => [
  ...refunds
    .filter(({ state, isRequested }) => state !== "failed" && !isRequested)
    .map((claim): Claim => ({ kind: "refund", claim })),
  ...disputes.filter(({ state }) => state !== "won").map((claim): Claim => ({ kind: "dispute", claim })),
];

/**
 * What a refund that failed, or a dispute that was won, had taken is back in the wallet: those that still stand take of it
 * what was none left of when they came. `fallen` names the one that fell, which it does once.
 *
 * Each keeps one debit, for when it falls itself: a smaller one is turned round and made anew.
 */
export async function takeWhatStands(tx: Tx, ctx: Ctx, purchase: Purchase, fallen: string): Promise<void> {
  if (purchase.lot === null) return;
  const [refunds, disputes] = [await findRefunds(tx, purchase.id), await findDisputes(tx, purchase.id)];
  let left = purchase.creditsMicros - takenOf({ refunds, disputes });
  for (const { kind, claim } of standing(refunds, disputes)) {
    const missing = shareOf(purchase, claim.usdNanos, ZERO_MICROS) - claim.takenMicros;
    const more = missing < left ? missing : left;
    if (more <= 0n) continue;
    left -= more;
    const takenMicros = micros(claim.takenMicros + more);
    const key = `${kind}:${claim.id}:after:${fallen}`;
    await giveBack(tx, ctx, { purchase, kind, key: `${key}:turned`, debit: claim.debit });
    const debit = await takeBack(tx, ctx, { purchase, kind, key, amountMicros: takenMicros });
    if (kind === "refund") await updateRefund(tx, claim.id, { takenMicros, debit });
    else await updateDispute(tx, claim.id, { takenMicros, debit });
  }
}
