import type { Chance } from "./chance";
import type { Crowd } from "./crowd";
import { ask, type Seen } from "./seen";
import { STAGE_MODEL } from "../support/stage";
import { until } from "../support/until";
import type { World } from "./world";

/** What one round of killing came to. */
export type Round = {
  victim: "gateway" | "postgres";
  /** The process that died, and how many with it. */
  pid: number;
  processes: number;
  /** Requests that were under way at the victim when it died. */
  inDoubt: number;
  /** What became of new work meanwhile. Never "served". */
  newWork: "refused" | "waited" | "served";
  /** Units: milliseconds, from the death to the first whole reply after it. */
  backAfterMs: number;
};

const EVENTS_MIN = 200;
const EVENTS_SPREAD = 1_500;
const BACK_LIMIT_MS = 30_000;
const PATIENCE_MS = 1_000;

/** ParsedRequest for something new while the victim is dead: refused, or still waiting after a while. */
async function probe(world: World, place: number): Promise<{ newWork: Round["newWork"]; answer: Promise<Seen> }> {
  const [caller] = world.callers;
  const url = world.gateways()[place]?.url ?? "";
  const answer = ask({
    url,
    secret: caller?.secret ?? "",
    caller: -1,
    isStream: false,
    prompt: "Reply with 20 tokens.",
    model: STAGE_MODEL,
  });
  const first = await Promise.race([
    answer,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS)),
  ]);
  if (first === null) return { newWork: "waited", answer };
  return { newWork: first.status === 200 ? "served" : "refused", answer };
}

async function killOne(
  world: World,
  crowd: Crowd,
  victim: Round["victim"],
  place: number,
): Promise<Omit<Round, "newWork" | "backAfterMs">> {
  if (victim === "gateway") {
    const inDoubt = crowd.outstanding(place);
    return { victim, pid: await world.killGateway(place), processes: 1, inDoubt };
  }
  const inDoubt = world.gateways().reduce((sum, _, at) => sum + crowd.outstanding(at), 0);
  return { victim, ...(await world.killPostgres()), inDoubt };
}

/** Kill a victim at a random instant under load, observe new work, and bring it back. */
export async function playRound(
  world: World,
  crowd: Crowd,
  chance: Chance,
  victim: Round["victim"],
): Promise<Round & { probed: Seen }> {
  const deathAt = crowd.events() + EVENTS_MIN + chance.below(EVENTS_SPREAD);
  await until(() => crowd.events() >= deathAt, "the crowd has got so far", 60_000);
  const place = chance.below(world.gateways().length);
  const death = await killOne(world, crowd, victim, place);
  const diedMs = performance.now();
  const { newWork, answer } = await probe(world, place);
  await (victim === "gateway" ? world.startGatewayAgain(place) : world.startPostgresAgain());
  const probed = await answer;

  const wholeBefore = crowd.seen.length;
  const isServed = (): boolean => crowd.seen.slice(wholeBefore).some((seen) => seen.isWhole && seen.status === 200);
  await until(isServed, "requests are served again", BACK_LIMIT_MS);
  return { ...death, newWork, backAfterMs: Math.round(performance.now() - diedMs), probed };
}
