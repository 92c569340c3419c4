import { afterAll, beforeAll, expect, test } from "vitest";
import { newApiKeySecret } from "@/lib/ids";
import { keepResult, proofSize } from "../support/results";
import { stageCallers } from "../support/stage";
import { chanceOf } from "./chance";
import { type Crowd, startCrowd } from "./crowd";
import { hostileKinds, type Kind, MB, type Sender, unauthenticatedKind, wellFormed } from "./hostile/bodies";
import { measure, median, type Pace, type Run, type Target } from "./hostile/measure";
import { startWorld, USUAL_TIMINGS, wholeCredits, type World } from "./world";

const RUNS = 5;
/** A pause that comes of bodies comes each time; one that comes of a busy machine doesn't. */
const ATTEMPTS = 4;
const PAUSE_ABOVE_MS = 50;
const OTHERS_LEAST = 0.8;
/** 512 MB for bodies, the threads' heaps, and what a gateway has without them. */
const MEMORY_MB_MAX = 2_048;
const OTHERS = 6;

type Comparison = { control: Kind; kinds: Kind[]; pace: Pace };

/** In `npm test` the kinds that were found by an attacker and one of each other way, with smaller bodies. */
const SHORT = new Set(["small members, without credits", "lists in lists", "escapes", "one letter"]);
function comparisons(): Comparison[] {
  const isFull = proofSize() === "full";
  const bytes = isFull ? 24 * MB : 4 * MB;
  const kinds = hostileKinds(bytes).filter(({ name }) => isFull || SHORT.has(name));
  return [
    {
      control: wellFormed(bytes),
      kinds,
      pace: isFull ? { bodies: 2, everyMs: 500, runMs: 6_000 } : { bodies: 2, everyMs: 200, runMs: 1_200 },
    },
    {
      control: wellFormed(MB),
      kinds: [unauthenticatedKind(MB)],
      pace: { bodies: isFull ? 60 : 12, everyMs: 50, runMs: isFull ? 6_000 : 1_200 },
    },
  ];
}

let world: World;
let crowd: Crowd;
let target: Target;
beforeAll(async () => {
  world = await startWorld(".scrip/chaos/hostile", {
    gateways: 1,
    timings: USUAL_TIMINGS,
    callers: OTHERS,
    creditsEach: wholeCredits(1_000_000n),
    chunkDelayMs: 1,
  });
  const [funded] = await stageCallers(world.database(), 1, wholeCredits(10n));
  const [unfunded] = await stageCallers(world.database(), 1, wholeCredits(0n));
  const secrets: Record<Sender, string> = {
    funded: funded?.secret ?? "",
    unfunded: unfunded?.secret ?? "",
    unauthenticated: newApiKeySecret(),
  };
  const [gateway] = world.gateways();
  const urls = (): string[] => world.gateways().map(({ url }) => url);
  crowd = startCrowd({ callers: world.callers, urls, chance: chanceOf(7), tokensMax: 60 });
  target = { url: gateway?.url ?? "", pid: gateway?.pid ?? 0, crowd, secretOf: ({ sender }) => secrets[sender] };
}, 120_000);
afterAll(async () => {
  await crowd?.stop();
  await world?.close();
}, 60_000);

/** Runs of several kinds by turns, so that whatever else the machine does meets all of them. */
async function runByTurns(kinds: readonly Kind[], pace: Pace): Promise<Map<Kind, Run[]>> {
  const runs = new Map<Kind, Run[]>(kinds.map((kind) => [kind, []]));
  for (let at = 0; at < RUNS; at++) {
    for (const kind of kinds) runs.get(kind)?.push(await measure(target, kind, pace));
  }
  return runs;
}

const summaryOf = (runs: readonly Run[]) => ({
  pauseMs: median(runs.map(({ pauseMs }) => pauseMs)),
  perSecond: Math.round(median(runs.map(({ perSecond }) => perSecond))),
  memoryMb: Math.max(...runs.map(({ memoryMb }) => memoryMb)),
});

/** What bodies of a kind do beside well-formed ones of their size; and whether that is too much. */
function compare(kind: Kind, runs: readonly Run[], control: readonly Run[]) {
  const [own, usual] = [summaryOf(runs), summaryOf(control)];
  const isWithin = own.pauseMs <= usual.pauseMs + PAUSE_ABOVE_MS && own.perSecond >= OTHERS_LEAST * usual.perSecond;
  return {
    kind: kind.name,
    ...own,
    control: usual,
    others: Number((own.perSecond / usual.perSecond).toFixed(2)),
    isWithin,
  };
}

async function compareAll({ control, kinds, pace }: Comparison) {
  const done: ReturnType<typeof compare>[] = [];
  let open = kinds;
  for (let attempt = 0; open.length > 0 && attempt < ATTEMPTS; attempt++) {
    const runs = await runByTurns([control, ...open], pace);
    for (const [kind, of] of runs) {
      for (const { statuses } of of)
        for (const status of statuses)
          expect([kind.name, kind.statuses]).toEqual([kind.name, expect.arrayContaining([status])]);
    }
    const compared = open.map((kind) => ({
      kind,
      result: compare(kind, runs.get(kind) ?? [], runs.get(control) ?? []),
    }));
    for (const { result } of compared) process.stdout.write(`attempt ${attempt + 1}: ${JSON.stringify(result)}\n`);
    const isLast = attempt + 1 === ATTEMPTS;
    done.push(...compared.filter(({ result }) => result.isWithin || isLast).map(({ result }) => result));
    open = compared.filter(({ result }) => !result.isWithin).map(({ kind }) => kind);
  }
  return done;
}

test("bodies that are slow to read, parse, walk or count hold up nobody and take no more memory than there is", async () => {
  await measure(target, wellFormed(MB), { bodies: 2, everyMs: 50, runMs: 0 }); // the threads and their vocabularies start
  const results = [];
  for (const comparison of comparisons()) results.push(...(await compareAll(comparison)));
  keepResult("hostile-bodies", proofSize(), {
    runs: RUNS,
    pauseAboveMs: PAUSE_ABOVE_MS,
    othersLeast: OTHERS_LEAST,
    results,
  });
  expect(results.filter(({ isWithin }) => !isWithin)).toEqual([]);
  expect(Math.max(...results.map(({ memoryMb }) => memoryMb))).toBeLessThan(MEMORY_MB_MAX);
}, 1_800_000);
