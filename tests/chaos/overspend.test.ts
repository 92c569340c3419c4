import { afterAll, beforeAll, expect, test } from "vitest";
import { micros } from "@/lib/money";
import { verifyLedger } from "@/lib/ledger";
import { keepResult, proofSize } from "../support/results";
import { STAGE_MODEL } from "../support/stage";
import { until } from "../support/until";
import { ask, type Seen } from "./seen";
import { startWorld, USUAL_TIMINGS, wholeCredits, type World } from "./world";

const CLIENTS = 64;
const REFUSALS_IN_A_ROW = 5;
const TOKENS_MAX = 80;
const GRANTED = wholeCredits(40n);
const MICROS_PER_TOKEN = 5_000n;

let world: World;
beforeAll(async () => {
  world = await startWorld(".scrip/chaos/overspend", {
    gateways: 2,
    timings: USUAL_TIMINGS,
    callers: 1,
    creditsEach: GRANTED,
    chunkDelayMs: 1,
  });
}, 120_000);
afterAll(() => world.close(), 60_000);

/** Asks again and again, at both gateways in turn, until it was refused five times in a row because the credits are gone. */
async function spend(client: number, seen: Seen[]): Promise<void> {
  const [caller] = world.callers;
  for (let turn = 0, refusals = 0; refusals < REFUSALS_IN_A_ROW; turn++) {
    const { url = "" } = world.gateways()[(client + turn) % 2] ?? {};
    const prompt = `Reply with ${20 + ((client * 7 + turn * 13) % (TOKENS_MAX - 20))} tokens. Client ${client}, turn ${turn}.`;
    const what = await ask({
      url,
      secret: caller?.secret ?? "",
      caller: client,
      isStream: turn % 2 === 0,
      prompt,
      model: STAGE_MODEL,
      maxTokens: TOKENS_MAX,
    });
    seen.push(what);
    refusals = what.status === 402 ? refusals + 1 : 0;
    if (what.status !== 402 && what.status !== 200)
      throw new Error(`neither served nor out of credits: ${JSON.stringify(what)}`);
  }
}

test("64 clients of one nearly empty account at two gateways never spend more than it had", async () => {
  const seen: Seen[] = [];
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => spend(client, seen)));
  const { pool } = world.database();
  const wallet = world.callers[0]?.wallet;
  const held = async (): Promise<bigint> =>
    (await pool.query<{ held: bigint }>("select held from books.wallet where id = $1", [wallet])).rows[0]?.held ?? -1n;
  await until(async () => (await held()) === 0n, "nothing is held any more");

  const { rows } = await pool.query<{ charged: bigint; overrun: bigint; left: bigint }>(
    `select sum(u.charge_micros)::bigint as charged, sum(u.overrun_micros)::bigint as overrun, min(w.promo)::bigint as left
    from books.usage_record u join books.wallet w on w.id = u.wallet where w.id = $1`,
    [wallet],
  );
  const { charged = 0n, overrun = 0n, left = -1n } = rows[0] ?? {};
  const log = await world.sandbox.log();
  const billedTokens = log.reduce((sum, entry) => sum + entry.input_tokens + entry.output_tokens, 0);
  const served = seen.filter(({ status }) => status === 200);
  keepResult("overspend", proofSize(), {
    clients: CLIENTS,
    granted: String(GRANTED),
    charged: String(charged),
    left: String(left),
    served: served.length,
    refused: seen.length - served.length,
    billedTokens,
  });

  expect(charged + left).toBe(GRANTED);
  expect(charged).toBeLessThanOrEqual(GRANTED);
  expect(overrun).toBe(0n);
  expect(charged).toBe(micros(BigInt(billedTokens) * MICROS_PER_TOKEN));
  expect(served.length).toBeGreaterThan(CLIENTS);
  expect(served.every(({ isWhole }) => isWhole)).toBe(true);
  expect((await verifyLedger(world.database())).violations).toEqual([]);
}, 180_000);
