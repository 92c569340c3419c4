import fc from "fast-check";
import { expect } from "vitest";
import { newUuid, type Uuid } from "@/lib/ids";
import { clawBackCredits, createBooks, creditWallet, debitWallet, setAdvanceLimits, vestCredits } from "@/lib/ledger";
import { type Micros, micros, nanos } from "@/lib/money";
import { aPosting, aReserve, aSettle, anEnd, type LedgerFixture } from "../../support/a-ledger";
import type { Source, WalletModel } from "./model";

/** A step as it was drawn; its text is what a counterexample shows. */
export type DrawnStep = { run: Step; [fc.toStringMethod](): string };

const DAY_MS = 86_400_000;

/** The real side of a run: one wallet, and how many days of virtual time have passed on it. */
export type Real = {
  ledger: LedgerFixture;
  owner: (sql: string, values: unknown[]) => Promise<unknown[]>;
  wallet: bigint;
  days: number;
};
export type Step = (model: WalletModel, real: Real) => Promise<void>;

const virtualNow = (real: Real): number => Date.now() + real.days * DAY_MS;
const pick = (model: WalletModel, n: number): string | undefined =>
  [...model.holds.keys()][n % Math.max(1, model.holds.size)];

function credit(source: Source, amount: Micros, days: number | null): Step {
  return async (model, { ledger, wallet, ...real }) => {
    const expiresMs = source === "promo" && days !== null ? Date.now() + days * DAY_MS : null;
    const input = {
      ...aPosting(wallet, "grant" as const),
      source,
      amountMicros: amount,
      paidNanos: source === "purchased" ? nanos(amount) : undefined,
      expiresMs,
    };
    const first = await ledger.database.inTransaction((tx) => creditWallet(tx, ledger.ctx, input));
    const again = await ledger.database.inTransaction((tx) => creditWallet(tx, ledger.ctx, input));
    expect(again).toEqual(first);
    model.credit(source, amount, first.lot, expiresMs === null ? null : expiresMs + real.days * DAY_MS);
  };
}

function reserve(amount: Micros): Step {
  return async (model, real) => {
    const input = aReserve(real.wallet, amount);
    const reply = await real.ledger.books.reserve(input);
    const expected = model.reserve(input.hold, amount, virtualNow(real));
    expect(reply.outcome).toBe(expected);
    if (reply.outcome === "short") expect(reply.spendableMicros).toBe(model.spendable);
  };
}

function settle(n: number, charge: Micros): Step {
  return async (model, { ledger, ...real }) => {
    const hold = (pick(model, n) ?? newUuid(0)) as Uuid;
    const reply = await ledger.books.settle(aSettle(hold, charge));
    const expected = model.end(hold, charge, Date.now() + real.days * DAY_MS);
    expect(reply.outcome === "settled" ? reply.chargedMicros : reply.outcome).toBe(expected);
    if (reply.outcome === "settled") {
      expect(await ledger.books.settle(aSettle(hold, micros(charge + 1n)))).toEqual({
        outcome: "closed",
        chargedMicros: reply.chargedMicros,
      });
    }
  };
}

function release(n: number): Step {
  return async (model, real) => {
    const hold = (pick(model, n) ?? newUuid(0)) as Uuid;
    const reply = await real.ledger.books.release({
      hold,
      costNanos: nanos(0n),
      end: anEnd({ status: "failed", httpStatus: 502 }),
    });
    expect(reply.outcome).toBe(model.end(hold, 0n, virtualNow(real)) === "closed" ? "closed" : "released");
  };
}

/** Others end a hold whose gateway stands still, by its checkpoint or, at nothing, without a charge. */
function reap(n: number, checkpoint: Micros): Step {
  return async (model, { ledger, ...real }) => {
    const hold = (pick(model, n) ?? newUuid(0)) as Uuid;
    const known = micros(
      checkpoint < (model.holds.get(hold)?.amount ?? 0n) ? checkpoint : (model.holds.get(hold)?.amount ?? 0n),
    );
    const expected = model.reap(hold, checkpoint, Date.now() + real.days * DAY_MS);
    const end = anEnd({ status: "interrupted", lost: true });
    const reply =
      known === 0n
        ? await ledger.books.release({ hold, costNanos: nanos(0n), end })
        : await ledger.books.settle(aSettle(hold, known, { end }));
    expect(reply.outcome === "settled" ? reply.chargedMicros : reply.outcome).toBe(
      expected === 0n ? "released" : expected,
    );
  };
}

/** The gateway is back; what it delivered is charged once, however often and from wherever it says so. */
function reportLate(n: number, delivered: Micros): Step {
  return async (model, { ledger, ...real }) => {
    const hold = ([...model.reaped.keys()][n % Math.max(1, model.reaped.size)] ?? newUuid(0)) as Uuid;
    const expected = model.reportLate(hold, delivered, Date.now() + real.days * DAY_MS);
    const report = { ...aSettle(hold, delivered), isDelivered: true };
    const replies = await Promise.all(
      [ledger.books, createBooks(ledger.database.pool, ledger.lease)].map((books) => books.settle(report)),
    );
    for (const reply of replies) expect(reply.outcome === "late" ? reply.chargedMicros : reply.outcome).toBe(expected);
  };
}

function extend(n: number, more: Micros): Step {
  return async (model, real) => {
    const hold = (pick(model, n) ?? newUuid(0)) as Uuid;
    const toMicros = micros((model.holds.get(hold)?.amount ?? 0n) + more);
    const reply = await real.ledger.books.extend({ hold, toMicros, checkpoint: null });
    expect(reply.outcome).toBe(model.extend(hold, more));
    // A repeated extend grows the hold once.
    if (reply.outcome === "held")
      expect(await real.ledger.books.extend({ hold, toMicros, checkpoint: null })).toEqual({ outcome: "held" });
  };
}

function debit(amount: Micros, lot: number | null, mayOwe: boolean): Step {
  return async (model, { ledger, wallet }) => {
    const lotId = lot === null ? null : (model.lots[lot % Math.max(1, model.lots.length)]?.id ?? null);
    const input = {
      ...aPosting(wallet, "refund" as const),
      amountMicros: amount,
      lot: lotId,
      to: "cash_issued" as const,
      mayOwe,
    };
    const reply = await ledger.database.inTransaction((tx) => debitWallet(tx, ledger.ctx, input));
    expect(reply.takenMicros).toBe(model.debit(amount, lotId, mayOwe));
  };
}

/** A part of what is granted and not vested yet: unvested credits and those spent in advance. */
const partOf = (model: WalletModel, percent: number): Micros =>
  micros(((model.plain.unvested + model.advance) * BigInt(percent)) / 100n);

function vest(percent: number): Step {
  return async (model, { ledger, wallet }) => {
    const amountMicros = partOf(model, percent);
    if (amountMicros === 0n) return;
    await ledger.database.inTransaction((tx) =>
      vestCredits(tx, ledger.ctx, { ...aPosting(wallet, "vest"), amountMicros }),
    );
    model.vest(amountMicros);
  };
}

function clawBack(percent: number): Step {
  return async (model, { ledger, wallet }) => {
    const amountMicros = partOf(model, percent);
    if (amountMicros === 0n) return;
    await ledger.database.inTransaction((tx) =>
      clawBackCredits(tx, ledger.ctx, { ...aPosting(wallet, "clawback"), amountMicros }),
    );
    model.clawBack(amountMicros);
  };
}

function limitAdvance(limit: Micros): Step {
  return async (model, { ledger, wallet }) => {
    await ledger.database.inTransaction((tx) => setAdvanceLimits(tx, new Map([[wallet, limit]])));
    model.advanceLimit = limit;
  };
}

/** Days go by: everything of the wallet that has a time is moved into the past. */
function passDays(days: number): Step {
  return async (_model, real) => {
    const shift = `interval '${days} days'`;
    await real.owner(`update books.lot set expires_at = expires_at - ${shift} where wallet = $1`, [real.wallet]);
    await real.owner(`update books.hold set arrived_at = arrived_at - ${shift} where wallet = $1 and state = 0`, [
      real.wallet,
    ]);
    await real.owner(`update books.wallet set next_expiry = next_expiry - ${shift} where id = $1`, [real.wallet]);
    real.days += days;
  };
}

function sweep(): Step {
  return async (model, real) => {
    await real.ledger.database.pool.query("select books.expire_lots(1000)");
    model.expire(virtualNow(real));
  };
}

const amount = fc.integer({ min: 1, max: 900 }).map((n) => micros(BigInt(n)));
const nth = fc.nat(20);
const percent = fc.integer({ min: 1, max: 100 });
const source = fc.constantFrom<Source>(
  "promo",
  "promo",
  "referral",
  "purchased",
  "purchased",
  "vested",
  "unvested",
  "unvested",
);

const drawn = (says: string, run: Step): DrawnStep => ({ run, [fc.toStringMethod]: () => says });

const credits = fc
  .tuple(source, amount, fc.option(fc.integer({ min: 1, max: 4 })))
  .map(([from, x, days]) => drawn(`credit ${from} ${x}, ${days ?? "no"} days`, credit(from, x, days)));
const limits = amount.map((x) => drawn(`limit the advance to ${x}`, limitAdvance(x)));
const passing = fc.integer({ min: 1, max: 3 }).map((x) => drawn(`${x} days pass`, passDays(x)));

/** What chance seldom makes: a lot that expires between two holds, of which one ends. */
const expiryBetweenHolds = fc.tuple(amount, amount, fc.boolean()).map(([x, y, isFirst]) =>
  drawn(
    `a lot of ${x} expires between holds of 1 and ${y}; the ${isFirst ? "first" : "second"} ends`,
    async (model, real) => {
      for (const run of [credit("promo", x, 1), reserve(micros(1n)), passDays(1), reserve(y)]) await run(model, real);
      const [first = 0, second = 0] = [model.holds.size - 2, model.holds.size - 1].map((n) => Math.max(0, n));
      await (isFirst ? release(first) : settle(second, y))(model, real);
      await sweep()(model, real);
    },
  ),
);

const ALL_HELD = {
  "clawed back": (part: number): Step => clawBack(part),
  "debited beside it": (part: number): Step => debit(micros(BigInt(part)), null, false),
  "spent, and vested": (part: number): Step => {
    return async (model, real) => {
      await settle(Math.max(0, model.holds.size - 1), micros(10_000n))(model, real);
      await vest(part)(model, real);
    };
  },
};
const whatFollows = fc.constantFrom(...(Object.keys(ALL_HELD) as (keyof typeof ALL_HELD)[]));

/** Another: all that can be spent is held, of unvested credits as much as the advance allows, when something else comes. */
const allHeld = fc.tuple(amount, fc.constantFrom(1n, 10_000n), percent, whatFollows).map(([x, limit, part, then]) =>
  drawn(`${x} unvested, an advance up to ${limit}, all held; ${part} of it ${then}`, async (model, real) => {
    for (const run of [limitAdvance(micros(limit)), credit("unvested", x, null)]) await run(model, real);
    if (model.spendable > 0n) await reserve(model.spendable)(model, real);
    await ALL_HELD[then](part)(model, real);
  }),
);

/** Everything that may happen to a wallet. */
const anyStep: fc.Arbitrary<DrawnStep> = fc.oneof(
  { weight: 5, arbitrary: credits },
  { weight: 8, arbitrary: amount.map((x) => drawn(`reserve ${x}`, reserve(x))) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(nth, fc.integer({ min: 0, max: 1_200 }))
      .map(([n, x]) => drawn(`settle ${n} at ${x}`, settle(n, micros(BigInt(x))))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(nth, fc.constantFrom(0, 1, 300))
      .map(([n, x]) => drawn(`reap ${n} at ${x}`, reap(n, micros(BigInt(x))))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(nth, fc.integer({ min: 0, max: 1_200 }))
      .map(([n, x]) => drawn(`report late ${n} at ${x}`, reportLate(n, micros(BigInt(x))))),
  },
  { weight: 2, arbitrary: nth.map((n) => drawn(`release ${n}`, release(n))) },
  { weight: 2, arbitrary: fc.tuple(nth, amount).map(([n, x]) => drawn(`extend ${n} by ${x}`, extend(n, x))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(amount, fc.option(nth), fc.boolean())
      .map(([x, lot, owe]) => drawn(`debit ${x} of lot ${lot ?? "any"}${owe ? ", may owe" : ""}`, debit(x, lot, owe))),
  },
  { weight: 2, arbitrary: percent.map((x) => drawn(`vest ${x}%`, vest(x))) },
  { weight: 1, arbitrary: percent.map((x) => drawn(`claw back ${x}%`, clawBack(x))) },
  { weight: 1, arbitrary: limits },
  { weight: 3, arbitrary: passing },
  { weight: 1, arbitrary: fc.constant(drawn("sweep", sweep())) },
  { weight: 1, arbitrary: expiryBetweenHolds },
  { weight: 2, arbitrary: allHeld },
);

/** A history: a wallet that owns a few things, then anything. */
export const anyHistory: fc.Arbitrary<DrawnStep[]> = fc
  .tuple(limits, fc.array(credits, { minLength: 1, maxLength: 5 }), fc.array(anyStep, { minLength: 1, maxLength: 40 }))
  .map(([limit, start, steps]) => [limit, ...start, ...steps]);
