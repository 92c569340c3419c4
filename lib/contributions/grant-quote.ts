import { createHash } from "node:crypto";
import type { Ctx } from "../ctx";
import type { Tx } from "../db";
import { newUuid, toPublicId, type Uuid } from "../ids";
import { grantContribution } from "../ledger";
import { micros, type Micros } from "../money";
import type { Quote } from "./quote.store";
import type { AdvanceTerms } from "./advance-of";
import { setAdvance } from "./set-advance";

/** What a quote grants: its worth less the fee. Units: microcredits. */
export const netOf = ({ grossMicros, feeMicros }: Pick<Quote, "grossMicros" | "feeMicros">): Micros =>
  micros(grossMicros - feeMicros);

/**
 * Grant what a quote is worth to the owner of the contribution that took it, once a quote. The contribution counts it
 * already, so that what it allows may be spent in advance. Units: microcredits.
 */
export async function grantQuote(
  tx: Tx,
  ctx: Ctx,
  input: { quote: Quote; contribution: { id: Uuid; walletId: bigint }; settings: AdvanceTerms; memo?: string },
): Promise<void> {
  const { quote, contribution, settings, memo } = input;
  const { grossMicros, feeMicros } = quote;
  await setAdvance(tx, ctx, [contribution.walletId], settings);
  await grantContribution(tx, ctx, {
    scope: "contribution",
    key: quote.id,
    requestHash: createHash("sha256").update(`${quote.id} ${grossMicros} ${feeMicros}`).digest(),
    transfer: newUuid(ctx.nowMs),
    wallet: contribution.walletId,
    refType: "contribution",
    refId: toPublicId("contribution", contribution.id),
    memo,
    netMicros: netOf(quote),
    feeMicros,
  });
}
