import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueOf, earnedOf, type Progress, valueQuota, vestedOf, type VestingTerms } from "@/lib/contributions";
import { micros, nanos } from "@/lib/money";
import { ratioOf } from "@/lib/pricing";
import { decimalOf } from "@/tests/support/card";

const USD = 1_000_000_000n;
const CREDIT = 1_000_000n;
const termsOf = (net: bigint, quota: bigint): VestingTerms => ({
  netMicros: micros(net),
  quotaNanos: nanos(quota),
  forgoneMicros: micros(0n),
  baseCostNanos: nanos(0n),
  baseDueMicros: micros(0n),
  feeShare: { digits: 1n, scale: 1 },
  baseChargedMicros: micros(0n),
  baseEarnedMicros: micros(0n),
});
const NOTHING_YET: Progress = { costNanos: nanos(0n), chargedMicros: micros(0n), vestedMicros: micros(0n) };
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

describe("what is due of a grant", () => {
  test("is 7,499.7 of 74,997 credits after USD 50 of 500", () => {
    expect(dueOf(termsOf(74_997n * CREDIT, 500n * USD), nanos(50n * USD))).toBe(7_499_700_000n);
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
            const due = dueOf(terms, nanos(cost));
            expect(due).toBe(cost >= quota ? net : (net * cost) / quota);
            expect(due >= before && due <= net).toBe(true);
            before = due;
          }
          expect(dueOf(terms, nanos(quota))).toBe(net);
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
          const before = dueOf(termsOf(net, quota), nanos(cost));
          const grown: VestingTerms = {
            ...termsOf(net + addedNet, (quota > cost ? quota : cost) + addedQuota),
            baseCostNanos: nanos(cost),
            baseDueMicros: before,
          };
          expect(dueOf(grown, nanos(cost))).toBe(before);
          const after = dueOf(grown, nanos(cost + more));
          expect(after >= before && after <= grown.netMicros).toBe(true);
          expect(dueOf(grown, grown.quotaNanos)).toBe(net + addedNet);
        },
      ),
    );
  });
});

describe("what has vested", () => {
  test("of a key whose requests were charged 18.156 credits is at most 16.3404, whatever is due", () => {
    const terms = termsOf(74_997n * CREDIT, 500n * USD);
    const progress = { costNanos: nanos(144_000_000n), chargedMicros: micros(18_156_000n), vestedMicros: micros(0n) };
    expect(dueOf(terms, progress.costNanos)).toBe(21_599_136n);
    expect(vestedOf(terms, progress)).toBe(16_340_400n);
  });

  test("never passes what is due nor what charges earn, never falls, and without refunds is the smaller of both, in whatever order", () => {
    const request = fc.record({ cost: amount(10n ** 13n), charge: fc.bigInt({ min: 0n, max: 10n ** 10n }) });
    const share = fc.record({ digits: fc.bigInt({ min: 0n, max: 1_000n }), scale: fc.constant(3) });
    fc.assert(
      fc.property(
        amount(10n ** 12n),
        amount(10n ** 14n),
        share,
        fc.array(request, { maxLength: 40 }),
        (net, quota, feeShare, requests) => {
          const terms = { ...termsOf(net, quota), feeShare };
          let progress: Progress = NOTHING_YET;
          for (const { cost, charge } of requests) {
            progress = {
              costNanos: nanos(progress.costNanos + cost),
              chargedMicros: micros(progress.chargedMicros + charge),
              vestedMicros: vestedOf(terms, progress),
            };
            const earned = (progress.chargedMicros * (1_000n - feeShare.digits)) / 1_000n;
            const due = dueOf(terms, progress.costNanos);
            const vested = vestedOf(terms, progress);
            expect(vested).toBe(due < earned ? due : earned);
            expect(vested >= progress.vestedMicros).toBe(true);
          }
        },
      ),
    );
  });

  test("stays where it was when a charge is refunded, and goes on once later charges have made up for it", () => {
    const terms = termsOf(100n * CREDIT, 100n * USD);
    const at = (charged: bigint, vested: bigint): Progress => ({
      costNanos: nanos(50n * USD),
      chargedMicros: micros(charged * CREDIT),
      vestedMicros: micros(vested * CREDIT),
    });
    expect(vestedOf(terms, at(40n, 0n))).toBe(36n * CREDIT);
    expect(vestedOf(terms, at(10n, 36n))).toBe(36n * CREDIT);
    expect(vestedOf(terms, at(40n, 36n))).toBe(36n * CREDIT);
    expect(vestedOf(terms, at(50n, 36n))).toBe(45n * CREDIT);
  });

  test("counts what was charged before a change of the fee at the fee of then", () => {
    const before = termsOf(100n * CREDIT, 100n * USD);
    const charged = micros(10n * CREDIT);
    const terms: VestingTerms = {
      ...before,
      feeShare: { digits: 5n, scale: 1 },
      baseChargedMicros: charged,
      baseEarnedMicros: earnedOf(before, charged),
    };
    expect(earnedOf(terms, micros(30n * CREDIT))).toBe(19n * CREDIT);
  });
});
