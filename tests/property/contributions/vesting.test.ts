import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valueQuota, vestedOf, type VestingTerms } from "@/lib/contributions";
import { micros, nanos } from "@/lib/money";
import { ratioOf } from "@/lib/pricing";
import { decimalOf } from "@/tests/support/card";

const USD = 1_000_000_000n;
const CREDIT = 1_000_000n;
const termsOf = (net: bigint, quota: bigint): VestingTerms => ({
  netMicros: micros(net),
  quotaNanos: nanos(quota),
  baseCostNanos: nanos(0n),
  baseVestedMicros: micros(0n),
});
const amount = (max: bigint) => fc.bigInt({ min: 1n, max });

describe("what a quota is worth", () => {
  const reference = { price: ratioOf(decimalOf("5")), cost: ratioOf(decimalOf("0.03")) };
  const tenth = decimalOf("0.1");

  test("USD 500 at 0.03 and 5 credits is 16,666 requests, 83,330 credits, a fee of 8,333 and 74,997 net", () => {
    expect(valueQuota(nanos(500n * USD), reference, tenth)).toEqual({
      requests: 16_666n,
      grossMicros: 83_330n * CREDIT,
      feeMicros: 8_333n * CREDIT,
      netMicros: 74_997n * CREDIT,
    });
  });

  test("10,000 requests are 50,000 credits, of which 45,000 are granted", () => {
    const { grossMicros, netMicros } = valueQuota(nanos(300n * USD), reference, tenth);
    expect([grossMicros, netMicros]).toEqual([50_000n * CREDIT, 45_000n * CREDIT]);
  });

  test("a fraction of a request is worth nothing, and a fraction of a microcredit of fee is a whole one", () => {
    expect(valueQuota(nanos(29_999_999n), reference, tenth)).toMatchObject({ requests: 0n, netMicros: 0n });
    const odd = { price: ratioOf(decimalOf("0.000007")), cost: ratioOf(decimalOf("1")) };
    expect(valueQuota(nanos(USD), odd, tenth)).toMatchObject({ grossMicros: 7n, feeMicros: 1n, netMicros: 6n });
  });

  test("the fee and the net are the gross, and never below zero, for any quota, price, cost and fee", () => {
    fc.assert(
      fc.property(
        amount(10n ** 15n),
        amount(10n ** 9n),
        amount(10n ** 9n),
        fc.bigInt({ min: 0n, max: 1000n }),
        (quota, price, cost, fee) => {
          const value = valueQuota(
            nanos(quota),
            { price: { num: price, den: 1_000_000n }, cost: { num: cost, den: USD } },
            { digits: fee, scale: 3 },
          );
          expect(value.feeMicros + value.netMicros).toBe(value.grossMicros);
          expect(value.netMicros >= 0n && value.feeMicros >= 0n).toBe(true);
          // So many requests are paid for by the quota, and one more isn't.
          expect(value.requests * cost <= quota && (value.requests + 1n) * cost > quota).toBe(true);
        },
      ),
    );
  });
});

describe("vesting", () => {
  test("USD 50 of 500 vests 7,499.7 of 74,997 credits", () => {
    expect(vestedOf(termsOf(74_997n * CREDIT, 500n * USD), nanos(50n * USD))).toBe(7_499_700_000n);
  });

  test("is the floor of net × cost / quota, grows with the cost, and is the whole net at the quota and beyond", () => {
    fc.assert(
      fc.property(
        amount(10n ** 15n),
        amount(10n ** 15n),
        fc.array(amount(10n ** 14n), { maxLength: 40 }),
        (net, quota, costs) => {
          const terms = termsOf(net, quota);
          let [cost, before] = [0n, 0n];
          for (const more of costs) {
            cost += more;
            const vested = vestedOf(terms, nanos(cost));
            expect(vested).toBe(cost >= quota ? net : (net * cost) / quota);
            expect(vested >= before && vested <= net).toBe(true);
            before = vested;
          }
          expect(vestedOf(terms, nanos(quota))).toBe(net);
        },
      ),
    );
  });

  test("after a top-up goes on from where it was, never back, and ends at the new net", () => {
    fc.assert(
      fc.property(
        amount(10n ** 12n),
        amount(10n ** 12n),
        amount(10n ** 12n),
        amount(10n ** 12n),
        amount(10n ** 13n),
        amount(10n ** 13n),
        (net, quota, addedNet, addedQuota, cost, more) => {
          const before = vestedOf(termsOf(net, quota), nanos(cost));
          const grown: VestingTerms = {
            netMicros: micros(net + addedNet),
            quotaNanos: nanos((quota > cost ? quota : cost) + addedQuota),
            baseCostNanos: nanos(cost),
            baseVestedMicros: before,
          };
          expect(vestedOf(grown, nanos(cost))).toBe(before);
          const after = vestedOf(grown, nanos(cost + more));
          expect(after >= before && after <= grown.netMicros).toBe(true);
          expect(vestedOf(grown, grown.quotaNanos)).toBe(net + addedNet);
        },
      ),
    );
  });
});
