import fc from "fast-check";
import { expect } from "vitest";
import type { Card } from "@/lib/catalog";
import { formatDecimal, micros, type Decimal } from "@/lib/money";
import type { Charge, Factor, Rated, RequestFacts, Usage } from "@/lib/pricing";
import { aCard, aRequest, decimalOf } from "../../support/card";
import { fractionOf, order, plus, sumOf, times, type Fraction } from "../../support/fraction";
import { anyCard, anyFactors, anyRequest, anyUsage, linearCard } from "./cards";
import { referenceTotal } from "./reference";
import { chargeFor, costFor, EXAMPLES, type Engine } from "./worked-examples";

/** What is true of every engine that rates correctly. `check` throws where it isn't. */
export type Property = { says: string; check: (engine: Engine) => void };

const of = ({ digits, scale }: Decimal): Fraction => fractionOf(formatDecimal(digits, scale));
const lineSum = (lines: readonly { subtotal: string }[]): Fraction =>
  sumOf(lines.map(({ subtotal }) => fractionOf(subtotal)));
const isSame = (a: Fraction, b: Fraction): boolean => order(a, b) === 0;

function rated(engine: Engine, card: Card, usage: Usage, facts: RequestFacts): Rated {
  const rating = engine.rate(card, usage, facts);
  if (rating.outcome === "unpriced") throw new Error(`unpriced: ${rating.parameters.join()}`);
  return rating;
}
const charged = (engine: Engine, card: Card, usage: Usage, facts: RequestFacts, factors: readonly Factor[]): Charge =>
  engine.chargeOf(rated(engine, card, usage, facts), factors, card.chargeUnit);

function more(usage: Usage, extra: Usage): Usage {
  const total = (meter: "input_tokens" | "output_tokens" | "images"): number =>
    Number(usage.meters[meter] ?? 0) + Number(extra.meters[meter] ?? 0);
  const meters = {
    ...usage.meters,
    input_tokens: total("input_tokens"),
    output_tokens: total("output_tokens"),
    images: total("images"),
  };
  return { meters, kinds: usage.kinds };
}

/** The same usage without kinds, so that two of them add up meter by meter. */
const plain = (usage: Usage): Usage => ({ meters: { ...usage.meters, seconds: "0" }, kinds: {} });

const holds = <Ts extends [unknown, ...unknown[]]>(
  arbitraries: { [K in keyof Ts]: fc.Arbitrary<Ts[K]> },
  predicate: (...values: Ts) => boolean | void,
): void => fc.assert(fc.property(...arbitraries, predicate), { numRuns: 150 });

const TABLE = { defaults: { duration: "5" }, rows: [{ match: { duration: "10" }, amount: 7 }] };
const PLAIN_RATES = [{ meter: "requests", amount: 3 }] as const;
const anyDuration = fc.constantFrom<unknown>("10", 10, "10.0", "5", 5, undefined, null, "7", true, [10], { s: 10 });

export const PROPERTIES: Property[] = [
  {
    says: "charges every worked example as the price list says",
    check: (engine) =>
      expect(EXAMPLES.map((example) => chargeFor(engine, example))).toEqual(EXAMPLES.map(({ charge }) => charge)),
  },
  {
    says: "costs 0.045 dollars for 1,500 tokens at 0.03 for 1,000, × the channel's factor, up to a nanodollar",
    check: (engine) =>
      expect(["1", "0.5", "1.000000001"].map((factor) => costFor(engine, factor))).toEqual([
        "0.045",
        "0.0225",
        "0.045000001",
      ]),
  },
  {
    says: "rates what the formula of the price list gives, exactly",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest], (card, usage, facts) => {
        const { total } = rated(engine, card, usage, facts);
        return isSame({ top: total.num, bottom: total.den }, referenceTotal(card, usage, facts));
      }),
  },
  {
    says: "shows lines that add up to the rating, and with factors and rounding to the charge",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest, anyFactors], (card, usage, facts, factors) => {
        const rating = rated(engine, card, usage, facts);
        const { chargeMicros, lines } = engine.chargeOf(rating, factors, card.chargeUnit);
        const isRating = isSame(lineSum(rating.lines), { top: rating.total.num, bottom: rating.total.den });
        return isRating && isSame(lineSum(lines), { top: chargeMicros, bottom: 1_000_000n });
      }),
  },
  {
    says: "never charges less than the exact price, nor a whole unit more, and whole units only",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest, anyFactors], (card, usage, facts, factors) => {
        const { chargeMicros } = charged(engine, card, usage, facts, factors);
        const exact = factors.map(({ factor }) => of(factor)).reduce(times, referenceTotal(card, usage, facts));
        const charge = { top: chargeMicros, bottom: 1_000_000n };
        const unit = of(card.chargeUnit);
        const isWhole = (chargeMicros * unit.bottom) % (unit.top * 1_000_000n) === 0n;
        return order(charge, exact) >= 0 && order(charge, plus(exact, unit)) < 0 && isWhole;
      }),
  },
  {
    says: "never costs less than the exact cost, nor a nanodollar more",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest], (card, usage, facts) => {
        const { costNanos } = engine.costOf(rated(engine, card, usage, facts), decimalOf("0.7"));
        const exact = times(referenceTotal(card, usage, facts), fractionOf("0.7"));
        const [cost, next] = [costNanos, costNanos - 1n].map((top) => ({ top, bottom: 1_000_000_000n }));
        return !!cost && !!next && order(cost, exact) >= 0 && order(next, exact) < 0;
      }),
  },
  {
    says: "charges no less for more usage, save where a step has factors of its own",
    check: (engine) =>
      holds([anyCard, anyUsage, anyUsage, anyRequest], (anyone, usage, extra, facts) => {
        const card = { ...anyone, tiers: anyone.tiers.filter(({ fields }) => !fields) };
        const [less, after] = [usage, more(usage, extra)].map((each) => charged(engine, card, plain(each), facts, []));
        return !!less && !!after && less.chargeMicros <= after.chargeMicros;
      }),
  },
  {
    says: "charges no less in two requests than in one, where the price is linear",
    check: (engine) =>
      holds([linearCard, anyUsage, anyUsage, anyRequest], (card, one, other, facts) => {
        const charge = (usage: Usage): bigint => charged(engine, card, plain(usage), facts, []).chargeMicros;
        return charge(one) + charge(other) >= charge(more(one, other));
      }),
  },
  {
    says: "says so when a report names more tokens of some kinds than there were",
    check: (engine) => {
      const flagsOf = (cached: number): string[] =>
        rated(
          engine,
          aCard(),
          { meters: { input_tokens: 10 }, kinds: { cache_read: cached, input_audio: 4 } },
          aRequest(),
        ).flags;
      expect([flagsOf(6), flagsOf(7)]).toEqual([[], ["kinds_capped"]]);
    },
  },
  {
    says: "takes the rates where no row of a table matches only if the table says so",
    check: (engine) =>
      holds([anyDuration, fc.boolean()], (duration, fallsThrough) => {
        const card = aCard({ rates: [...PLAIN_RATES], table: { ...TABLE, else: fallsThrough ? "rates" : undefined } });
        const rating = engine.rate(card, { meters: {}, kinds: {} }, aRequest({ duration }));
        const isRow = ["10", "10.0"].includes(String(duration)) && !Array.isArray(duration);
        const expected = isRow ? ["table"] : fallsThrough ? ["rate"] : "unpriced";
        expect(rating.outcome === "rated" ? rating.lines.map(({ what }) => what) : rating.outcome).toEqual(expected);
      }),
  },
  {
    says: "takes a table's row for the whole base: hours multiply it, but neither rates nor fields nor tiers add to it",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest], (card, usage, facts) => {
        const row = { match: {}, amount: decimalOf("12.5") };
        const tabled = { ...card, table: { defaults: {}, per: "requests" as const, rows: [row] } };
        const { total } = rated(engine, tabled, usage, facts);
        const byHours = { ...aCard({ rates: [{ meter: "requests", amount: 12.5 }] }), hours: card.hours };
        return isSame({ top: total.num, bottom: total.den }, referenceTotal(byHours, { meters: {}, kinds: {} }, facts));
      }),
  },
  {
    says: "reserves at least what any usage within the bounds is charged",
    check: (engine) =>
      holds([anyCard, anyUsage, anyRequest, fc.integer({ min: 1, max: 3 })], (card, usage, facts, choices) => {
        const { input_tokens, output_tokens, ...meters } = usage.meters;
        const outputTokens = Math.ceil(Number(output_tokens) / choices);
        const bounds = { inputTokens: Number(input_tokens), outputTokens, choices, meters };
        const worst = engine.worstCase(card, bounds, facts);
        if (worst.outcome !== "rated") return false;
        return (
          engine.chargeOf(worst, [], card.chargeUnit).chargeMicros >=
          charged(engine, card, usage, facts, []).chargeMicros
        );
      }),
  },
  {
    says: "lowers the output to the most that a budget can pay, and no further",
    check: (engine) =>
      holds(
        [anyCard, fc.integer({ min: 0, max: 9_000 }), fc.bigInt({ min: 0n, max: 900_000_000n })],
        (card, outputTokens, budget) => {
          const request = {
            card,
            facts: aRequest(),
            factors: [],
            bounds: { inputTokens: 500, outputTokens, choices: 2 },
          };
          const chargeAt = (output: number): bigint => {
            const worst = engine.worstCase(card, { ...request.bounds, outputTokens: output }, request.facts);
            return worst.outcome === "rated" ? engine.chargeOf(worst, [], card.chargeUnit).chargeMicros : -1n;
          };
          const payable = engine.outputTokensAffordable(request, micros(budget));
          if (payable === null) return chargeAt(0) > budget;
          return chargeAt(payable) <= budget && (payable === outputTokens || chargeAt(payable + 1) > budget);
        },
      ),
  },
];
