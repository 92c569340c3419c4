import { delay } from "@/lib/time";
import { STAGE_MODEL, type Caller } from "../support/stage";
import type { Chance } from "./chance";
import { ask, type Seen } from "./seen";

/** What a client of the crowd saw, where it asked, and when. Units: milliseconds of `performance.now()`. */
export type Asked = Seen & { place: number; askedMs: number; doneMs: number };

/** Clients who ask one request after the other, half of them for streams, whatever breaks meanwhile. */
export type Crowd = {
  readonly seen: readonly Asked[];
  /** Requests under way at the gateway of that place. */
  outstanding(place: number): number;
  /** Of these the streams that have begun to come, and the whole replies that haven't come yet. */
  underWay(place: number): { streams: number; wholes: number };
  /** Events and replies that came so far: the clock by which moments of death are chosen. */
  events(): number;
  /** Lets everybody finish what is under way, and resolves when they have. */
  stop(): Promise<void>;
};

export type CrowdOptions = {
  callers: readonly Caller[];
  /** Where the gateways answer at the moment, by place. */
  urls: () => readonly string[];
  chance: Chance;
  /** Tokens of the longest reply. */
  tokensMax: number;
  /** How long a client waits for a reply to end. Units: milliseconds. */
  patienceMs?: number;
  /** Whether each client stays at one place, rather than take turns. */
  isSettled?: boolean;
};

const PATIENCE_MS = 20_000;
const SHORT_TOKENS = 20;
const RETRY_MS = 50;

/** Start one client for each caller; places take turns, unless everybody is settled. */
export function startCrowd(options: CrowdOptions): Crowd {
  const { callers, urls, chance, tokensMax, patienceMs = PATIENCE_MS, isSettled = false } = options;
  const seen: Asked[] = [];
  const outstanding = new Set<{ place: number; isStream: boolean; hasBegun: boolean }>();
  let events = 0;
  let isOver = false;

  const at = (place: number) => [...outstanding].filter((one) => one.place === place);
  async function once({ secret }: Caller, caller: number, turn: number): Promise<void> {
    const place = (caller + (isSettled ? 0 : turn)) % urls().length;
    const isStream = (isSettled ? Math.floor(caller / urls().length) + turn : caller + turn) % 2 === 0;
    const tokens = SHORT_TOKENS + chance.below(tokensMax - SHORT_TOKENS);
    const prompt = `Reply with ${tokens} tokens. This is turn ${turn} of caller ${caller}.`;
    const one = { place, isStream, hasBegun: false };
    outstanding.add(one);
    const url = urls()[place] ?? "";
    const askedMs = performance.now();
    const what = await ask(
      { url, secret, caller, isStream, prompt, model: STAGE_MODEL, signal: AbortSignal.timeout(patienceMs) },
      () => {
        events += 1;
        one.hasBegun = true;
      },
    );
    outstanding.delete(one);
    seen.push(Object.assign(what, { place, askedMs, doneMs: performance.now() }));
    // A client that was refused tries again as clients do: not in a busy loop.
    if (what.status !== 200) await delay(RETRY_MS);
  }
  const loops = callers.map(async (caller, index) => {
    for (let turn = 0; !isOver; turn++) await once(caller, index, turn);
  });
  return {
    seen,
    outstanding: (place) => at(place).length,
    underWay: (place) => ({
      streams: at(place).filter(({ isStream, hasBegun }) => isStream && hasBegun).length,
      wholes: at(place).filter(({ isStream }) => !isStream).length,
    }),
    events: () => events,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
