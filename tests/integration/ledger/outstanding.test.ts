import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBalance, readOutstanding } from "@/lib/ledger";
import { aLedger, aReserve, aWallet, cr, type LedgerFixture } from "../../support/a-ledger";

describe("what is out", () => {
  let ledger: LedgerFixture;
  beforeAll(async () => {
    ledger = await aLedger();
  });
  afterAll(async () => {
    await ledger.close();
  });

  test("is nothing where there is no wallet", async () => {
    expect(await readOutstanding(ledger.database.reader)).toEqual({
      availableMicros: 0n,
      heldMicros: 0n,
      debtMicros: 0n,
      bySource: { promo: 0n, referral: 0n, purchased: 0n, earned: 0n },
      unvestedMicros: 0n,
    });
  });

  test("is what all wallets hold, by source, what is set aside included", async () => {
    const [one, other] = [
      await aWallet(ledger, { promo: cr(7), purchased: cr(43) }),
      await aWallet(ledger, { purchased: cr(50) }),
    ];
    expect((await ledger.books.reserve(aReserve(one, cr(10)))).outcome).toBe("held");
    const outstanding = await readOutstanding(ledger.database.reader);
    expect(outstanding).toMatchObject({
      availableMicros: cr(90),
      heldMicros: cr(10),
      bySource: { promo: cr(7), referral: 0n, purchased: cr(93), earned: 0n },
    });
    const balances = await Promise.all([one, other].map((wallet) => readBalance(ledger.database.reader, wallet)));
    const available = balances.reduce((sum, { availableMicros }) => sum + availableMicros, 0n);
    expect(outstanding.availableMicros).toBe(available);
  });
});
