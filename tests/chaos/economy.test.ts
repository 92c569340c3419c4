import { expect, test } from "vitest";
import { verifyLedger } from "@/lib/ledger";
import { plantMutant } from "../support/plant-mutant";
import { keepResult, proofSize } from "../support/results";
import { chanceOf } from "./chance";
import { findProblems } from "./economy/balance-sheet";
import { type Economy, openEconomy, OPERATOR } from "./economy/economy";
import { Play } from "./economy/play";

const SIZE = proofSize();
const SEEDS = { quick: 20, full: 200 }[SIZE];
const STEPS = 60;
const FEE_THOUSANDTHS = BigInt(OPERATOR.contribution_fee * 1_000);

/** Play one seed to its end; the first problems that were found, at once after the step that made them. */
async function play(economy: Economy, seed: number, done: Map<string, number>): Promise<string[]> {
  await economy.setSettings(OPERATOR);
  await economy.setPrice(5);
  const one = new Play(economy, chanceOf(seed), FEE_THOUSANDTHS);
  await one.begin();
  let problems: string[] = [];
  for (let step = 0; step < STEPS && problems.length === 0; step++) {
    await one.step();
    problems = await findProblems(one);
  }
  await one.finish();
  for (const [what, times] of one.done) done.set(what, (done.get(what) ?? 0) + times);
  return problems.length > 0 ? problems : findProblems(one);
}

test(
  "agents with own keys, discounts, two accounts, stolen, paused and dying keys, refunds and advances never have more than was paid for or served",
  async () => {
    const economy = await openEconomy();
    try {
      const done = new Map<string, number>();
      for (let seed = 1; seed <= SEEDS; seed++) {
        expect({ seed, problems: await play(economy, seed, done) }).toEqual({ seed, problems: [] });
      }
      expect((await verifyLedger(economy.database)).violations).toEqual([]);
      // A play in which little happens proves little.
      for (const what of ["settle", "stalled: late", "top up", "retire", "revoke", "refund", "pause", "resume"]) {
        expect([what, (done.get(what) ?? 0) > 0]).toEqual([what, true]);
      }
      expect(done.get("contribute what isn't one's own")).toBeUndefined();
      expect(done.get("contribute what isn't one's own: duplicate_key")).toBeGreaterThan(0);
      const { rows } = await economy.database.pool.query<{ used: bigint; late: bigint }>(
        `select (select count(*) from contribution where state = 'open' and taken_micros > 0) as used,
           (select count(*) from books.op where scope = 'vesting after all') as late`,
      );
      const contributions = { returned: Number(rows[0]?.used), vestedAfterAll: Number(rows[0]?.late) };
      expect(contributions.returned).toBeGreaterThan(0);
      keepResult("economy", SIZE, {
        contributions,
        seeds: SEEDS,
        steps: STEPS,
        done: Object.fromEntries([...done].toSorted(([a], [b]) => a.localeCompare(b))),
      });
    } finally {
      await economy.close();
    }
  },
  SIZE === "full" ? 3_600_000 : 300_000,
);

/** Mistakes in what an attempt is said to have brought in, each of which makes credits. */
const MUTANTS = [
  {
    mistake: "nothing bounds what vests",
    says: "then h.charged_micros else r.charge_micros end",
    wouldSay: "then h.charged_micros * 1000000 else r.charge_micros end",
  },
  {
    mistake: "a charge counts at each attempt of its request",
    says: "when later.n = 0 then",
    wouldSay: "when true then",
  },
  {
    mistake: "what the end of a hold had charged counts again with its late charge",
    says: "then h.charged_micros else r.charge_micros end",
    wouldSay: "then h.charged_micros else h.charged_micros + r.charge_micros end",
  },
];
const MUTANT_SEEDS_MAX = 40;

/** Guards the guard: agents that can't make use of a mistake prove nothing by their honesty. */
test.each(MUTANTS)("the agents gain where $mistake", { timeout: 300_000 }, async ({ says, wouldSay }) => {
  const economy = await openEconomy();
  try {
    await plantMutant(economy.ownerUrl, { routine: "charge_of_attempt", says, wouldSay });
    let problems: string[] = [];
    for (let seed = 1; seed <= MUTANT_SEEDS_MAX && problems.length === 0; seed++) {
      problems = await play(economy, seed, new Map());
    }
    expect(problems.join()).toContain("that its requests earned");
  } finally {
    await economy.close();
  }
});
