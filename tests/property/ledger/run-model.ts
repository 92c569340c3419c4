import fc from "fast-check";
import { expect } from "vitest";
import { readBalance, verifyLedger } from "@/lib/ledger";
import { aWallet, type LedgerFixture } from "../../support/a-ledger";
import { anyHistory, type Real } from "./commands";
import { WalletModel } from "./model";
import { rawPool } from "@/tests/support/database";

async function expectSame(model: WalletModel, { ledger, wallet }: Real): Promise<void> {
  const balance = await readBalance(ledger.database.reader, wallet);
  expect({
    promo: balance.bySource.promo,
    referral: balance.bySource.referral,
    purchased: balance.bySource.purchased,
    vested: balance.vestedMicros,
    unvested: balance.unvestedMicros,
    held: balance.heldMicros,
    debt: balance.debtMicros,
    advance: balance.advanceMicros,
  }).toEqual({
    promo: model.sum("promo"),
    referral: model.plain.referral,
    purchased: model.sum("purchased"),
    vested: model.plain.vested,
    unvested: model.plain.unvested,
    held: model.held,
    debt: model.debt,
    advance: model.advance,
  });
  const { rows } = await ledger.database.pool.query<{ id: bigint; left: bigint }>(
    "select id, remaining_micros as left from books.lot where wallet = $1 order by id",
    [wallet],
  );
  expect(rows).toEqual(model.lots.map(({ id, left }) => ({ id, left })));
}

/**
 * Run drawn histories on real wallets and on the model, compared after each step; at the end the books are verified.
 *
 * Errors: the shrunk history that made them differ, or the invariant that broke.
 */
export async function runModel(ledger: LedgerFixture, numRuns: number, endOnFailure = false): Promise<void> {
  const pool = rawPool(ledger.home.ownerUrl, 1);
  const owner: Real["owner"] = async (sql, values) => (await pool.query(sql, values)).rows;
  try {
    await fc.assert(
      fc.asyncProperty(anyHistory, async (steps) => {
        const real: Real = { ledger, owner, wallet: await aWallet(ledger, {}), days: 0 };
        const model = new WalletModel();
        for (const step of steps) {
          await step.run(model, real);
          await expectSame(model, real);
        }
      }),
      { numRuns, endOnFailure },
    );
    const { violations } = await verifyLedger(ledger.database);
    // Cards and pool keys are not part of these histories.
    expect(violations.filter((violation) => violation.invariant !== "card-unchanged")).toEqual([]);
  } finally {
    await pool.end();
  }
}
