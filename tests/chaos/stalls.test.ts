import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyLedger } from "@/lib/ledger";
import { keepResult, proofSize } from "../support/results";
import { until } from "../support/until";
import { TIMINGS } from "../../workers/gateway/limits";
import { agree } from "./agreement";
import { readRecords } from "./audit";
import { chanceOf } from "./chance";
import { type Crowd, startCrowd } from "./crowd";
import { closedLeases, stall, type Stalled, type StallOrder } from "./stall";
import { openHolds, startWorld, type Timings, USUAL_TIMINGS, wholeCredits, type World } from "./world";

/** Processes that stand still for longer than a lease, or than a supplier may be silent, and go on as if nothing had been. */

type Size = {
  timings: Timings;
  /** How long a supplier may say nothing in the middle of a reply. */
  idleMs: number;
  shortMs: number;
  longMs: number;
  hangMs: number;
  chunkDelayMs: number;
  tokensMax: number;
};
const SIZES: Record<"full" | "quick", Size> = {
  full: {
    timings: USUAL_TIMINGS,
    idleMs: TIMINGS.idleMs,
    shortMs: 40_000,
    longMs: 70_000,
    hangMs: 30_000,
    chunkDelayMs: 50,
    tokensMax: 1_600,
  },
  // The same ratios at an eighth: a stall that outlives the lease, one that outlives the second poll too, and a hang that
  // outlives neither, with more to spare than a busy machine lets a process wait.
  quick: {
    timings: {
      leaseRenewMs: 300,
      leaseTtlMs: 4_500,
      checksApartMs: 800,
      checkpointMs: 500,
      tickMs: 100,
      idleMs: 6_500,
    },
    idleMs: 6_500,
    shortMs: 5_000,
    longMs: 8_500,
    hangMs: 2_500,
    chunkDelayMs: 15,
    tokensMax: 300,
  },
};
const SIZE = SIZES[proofSize()];
const SEED = Number(process.env["CHAOS_SEED"] ?? 20_261_201);
const CALLERS = 24;
const GRANTED = wholeCredits(100_000n);
const BACK_WITHIN_MS = 2 * SIZE.tokensMax * SIZE.chunkDelayMs + 60_000;
const PATIENCE_MS = SIZE.longMs + BACK_WITHIN_MS;

let world: World;
let crowd: Crowd;
beforeAll(async () => {
  world = await startWorld(".scrip/chaos/stalls", {
    gateways: 2,
    timings: SIZE.timings,
    callers: CALLERS,
    creditsEach: GRANTED,
    chunkDelayMs: SIZE.chunkDelayMs,
  });
  crowd = startCrowd({
    callers: world.callers,
    urls: () => [...world.gateways(), world.processes.web].map(({ url }) => url),
    chance: chanceOf(SEED),
    tokensMax: SIZE.tokensMax,
    patienceMs: PATIENCE_MS,
    isSettled: true,
  });
}, 120_000);
afterAll(() => world.close(), 60_000);

const stalls: Stalled[] = [];
async function stalled(victims: StallOrder["victims"], forMs: number): Promise<Stalled> {
  const came = await stall(world, crowd, { victims, forMs, backWithinMs: BACK_WITHIN_MS });
  stalls.push(came);
  process.stdout.write(`${victims.join(" and ")} for ${forMs} ms: ${JSON.stringify(came)}\n`);
  return came;
}

test(
  "a gateway and a web port that stand still leave backlogs, and others go on",
  async () => {
    for (const forMs of [SIZE.shortMs, SIZE.longMs]) {
      const { underWay, unread, events, leasesClosed } = await stalled(["gateway", "web"], forMs);
      expect(underWay.streams).toBeGreaterThan(1);
      expect(underWay.wholes).toBeGreaterThan(1);
      expect(unread["gateway"]).toBeGreaterThan(0);
      expect(unread["web"]).toBeGreaterThan(0);
      expect(events).toBeGreaterThan(0);
      // The gateway that went on keeps its lease; the other one loses its own where it stood still for long enough.
      if (forMs === SIZE.longMs) expect(leasesClosed).toBe(1);
    }
  },
  2 * PATIENCE_MS + 60_000,
);

test(
  "a supplier and jobs that stand still keep everybody waiting, and close no lease",
  async () => {
    for (const forMs of [SIZE.shortMs, SIZE.longMs]) {
      const { underWay, leasesClosed } = await stalled(["sandbox", "jobs"], forMs);
      expect(underWay.streams).toBeGreaterThan(1);
      expect(underWay.wholes).toBeGreaterThan(1);
      expect(leasesClosed).toBe(0);
    }
  },
  2 * PATIENCE_MS + 60_000,
);

test(
  "a PostgreSQL that hangs cuts no stream and closes no lease",
  async () => {
    const { underWay, events, leasesClosed, pids } = await stalled(["postgres"], SIZE.hangMs);
    expect(pids["postgres"]?.length).toBeGreaterThan(4);
    expect(underWay.streams).toBeGreaterThan(1);
    expect(underWay.wholes).toBeGreaterThan(1);
    expect(events).toBeGreaterThan(0);
    expect(leasesClosed).toBe(0);
  },
  PATIENCE_MS + 60_000,
);

test(
  "what was delivered is what was charged, and what the supplier billed for it: nothing lost, nothing given away",
  async () => {
    await crowd.stop();
    await until(async () => (await openHolds(world)) === 0n, "every hold has ended", 60_000);
    const { pool } = world.database();
    const unfolded = async () => (await pool.query("select from books.delta limit 1")).rowCount;
    await until(async () => (await unfolded()) === 0, "every delta is folded", 60_000);

    const cutting = stalls.filter(
      ({ victims, stoppedMs, continuedMs }) =>
        victims.includes("gateway") || (victims.includes("sandbox") && continuedMs - stoppedMs > SIZE.idleMs),
    );
    const records = await readRecords(world.database());
    const { problems, figures } = agree({ seen: crowd.seen, records, log: await world.sandbox.log(), stalls, cutting });
    const { rows: wallets } = await pool.query(
      `select w.id from books.wallet w left join (select wallet, sum(charge_micros) as charged from books.usage group by 1) u
      on u.wallet = w.id
    where w.id = any ($1) and (w.promo + coalesce(u.charged, 0) <> $2 or w.held <> 0 or w.debt <> 0)`,
      [world.callers.map(({ wallet }) => wallet), GRANTED],
    );
    const { violations } = await verifyLedger(world.database());
    keepResult("stalls", proofSize(), {
      seed: SEED,
      ...SIZE,
      stalls,
      leasesClosed: await closedLeases(world),
      figures,
      problems,
      violations: violations.map(({ invariant, subject }) => `${invariant}: ${subject}`),
    });
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(problems).toEqual([]);
    expect(wallets).toEqual([]);
    expect(violations).toEqual([]);
    expect(figures.brokenOff).toBeGreaterThan(0);
    expect(figures.chargedLate).toBeGreaterThan(0);
    expect(figures.whole).toBeGreaterThan(CALLERS);
  },
  2 * PATIENCE_MS,
);
