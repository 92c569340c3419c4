import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid, toPublicId } from "@/lib/ids";
import { nowMs } from "@/lib/time";
import { keepResult, proofSize } from "../support/results";
import { until } from "../support/until";
import { audit, type AuditInput, readRecords, type Record } from "./audit";
import { chanceOf } from "./chance";
import { startCrowd } from "./crowd";
import { playRound, type Round } from "./rounds";
import type { Seen } from "./seen";
import { openHolds, SHORT_TIMINGS, startWorld, wholeCredits, type World } from "./world";

const IS_FULL = proofSize() === "full";
const ROUNDS = IS_FULL ? 20 : 4;
const SEED = Number(process.env["CHAOS_SEED"] ?? 20_261_125);
const CALLERS = 24;
const GRANTED = wholeCredits(100_000n);
const CHUNK_DELAY_MS = 8;
const TOKENS_MAX = 700;
/** For so long a busy machine may let a gateway wait for its turn, while its supplier streams on. */
const PAUSE_MS = 1_500;
// What streams between two checkpoints, and while one is being written.
const WINDOW_TOKENS = Math.ceil((2 * SHORT_TIMINGS.checkpointMs + SHORT_TIMINGS.tickMs + PAUSE_MS) / CHUNK_DELAY_MS);

let world: World;
/** What the rounds left to be audited. */
let audited: AuditInput;
beforeAll(async () => {
  world = await startWorld(".scrip/chaos/crash-rounds", {
    gateways: 2,
    timings: SHORT_TIMINGS,
    callers: CALLERS,
    creditsEach: GRANTED,
    chunkDelayMs: CHUNK_DELAY_MS,
  });
}, 120_000);
afterAll(() => world.close(), 60_000);

test(
  `${ROUNDS} times a gateway or PostgreSQL is killed under load: nothing is lost, doubled or served for nothing`,
  async () => {
    const chance = chanceOf(SEED);
    const crowd = startCrowd({
      callers: world.callers,
      urls: () => world.gateways().map(({ url }) => url),
      chance: chanceOf(SEED + 1),
      tokensMax: TOKENS_MAX,
    });
    const probes: Seen[] = [];
    const rounds: Round[] = [];
    for (let at = 0; at < ROUNDS; at++) {
      const { probed, ...round } = await playRound(world, crowd, chance, at % 2 === 0 ? "gateway" : "postgres");
      probes.push(probed);
      rounds.push(round);
      process.stdout.write(`round ${at + 1}: ${JSON.stringify(round)}\n`);
    }
    await crowd.stop();
    await until(async () => (await openHolds(world)) === 0n, "every hold has ended", 60_000);

    audited = {
      database: world.database(),
      records: await readRecords(world.database()),
      callers: world.callers,
      grantedMicros: GRANTED,
      seen: [...crowd.seen, ...probes],
      log: await world.sandbox.log(),
      windowTokens: WINDOW_TOKENS,
    };
    const { problems, figures } = await audit(audited);
    keepResult("crash-rounds", proofSize(), {
      seed: SEED,
      windowTokens: WINDOW_TOKENS,
      timings: SHORT_TIMINGS,
      rounds,
      figures,
      problems,
    });
    expect(problems).toEqual([]);
    expect(new Set(rounds.map(({ pid }) => pid)).size).toBe(ROUNDS);
    expect(rounds.filter(({ newWork }) => newWork === "served")).toEqual([]);
    expect(rounds.every(({ inDoubt }) => inDoubt > 0)).toBe(true);
    expect(figures.wholeReplies).toBeGreaterThan(ROUNDS);
  },
  IS_FULL ? 1_200_000 : 300_000,
);

test("the audit of the rounds names what was lost, doubled, served for nothing or charged wrongly", async () => {
  const { seen, log } = audited;
  const whole = seen.find((what) => what.isWhole && what.status === 200 && what.requestId !== null);
  const bill = log.find((entry) => entry.request_id === whole?.requestId);
  if (!whole || !bill) throw new Error("the rounds had no whole reply");
  const name = whole.requestId ?? "";
  const problemsWith = async (change: Partial<AuditInput>): Promise<string> =>
    (await audit({ ...audited, ...change })).problems.join("\n");

  const unknown = newUuid(nowMs());
  const lost = { ...whole, requestId: toPublicId("request", unknown) };
  expect(await problemsWith({ seen: [lost] })).toContain("isn't in the ledger");
  expect(await problemsWith({ seen: [{ ...whole, credits: "0.001" }] })).toContain(`${name} said 0.001`);
  expect(await problemsWith({ seen: [{ ...whole, status: 503 }] })).toContain(`${name} was answered 503 and charged`);
  expect(await problemsWith({ log: [bill, bill] })).toContain(`${name}: billed`);
  expect(await problemsWith({ log: [{ ...bill, output_tokens: bill.output_tokens - 1 }] })).toContain(name);
  expect(await problemsWith({ log: [{ ...bill, request_id: lost.requestId }] })).toContain("isn't in the ledger");
  expect(await problemsWith({ grantedMicros: GRANTED + 1n })).toContain("wallet");
}, 120_000);

test("the audit names a recovery that releases streams instead of charging them, or books no cost", async () => {
  const problemsWith = async (change: Partial<Record>): Promise<string> => {
    const records = [...audited.records].map(([id, record]) => [id, { ...record, isLost: true, ...change }] as const);
    return (await audit({ ...audited, records: new Map(records) })).problems.join("\n");
  };
  const released = { charge: 0n, outputTokens: 0 };
  expect(await problemsWith({ ...released, isStreamed: true })).toContain("more than streams between checkpoints");
  expect(await problemsWith({ ...released, cost: 0n })).toContain("no cost is booked");
}, 120_000);
