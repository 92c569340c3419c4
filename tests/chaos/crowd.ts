import { delay } from "@/lib/time";
import { STAGE_MODEL, type Caller } from "../support/stage";
import type { Chance } from "./chance";
import { ask, type Seen } from "./seen";

/** Clients who ask one request after the other, half of them for streams, whatever breaks meanwhile. */
export type Crowd = {
  readonly seen: readonly Seen[];
  /** Requests under way at the gateway of that place. */
  outstanding(place: number): number;
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
};

const WAIT_MS = 20_000;
const SHORT_TOKENS = 20;
const RETRY_MS = 50;

/** Start one client for each caller; places take turns. */
export function startCrowd({ callers, urls, chance, tokensMax }: CrowdOptions): Crowd {
  const seen: Seen[] = [];
  const outstanding = new Map<number, number>();
  let events = 0;
  let isOver = false;

  const count = (place: number, change: number): void =>
    void outstanding.set(place, (outstanding.get(place) ?? 0) + change);
  async function once({ secret }: Caller, caller: number, turn: number): Promise<void> {
    const place = (caller + turn) % urls().length;
    const isStream = (caller + turn) % 2 === 0;
    const tokens = SHORT_TOKENS + chance.below(tokensMax - SHORT_TOKENS);
    const prompt = `Reply with ${tokens} tokens. This is turn ${turn} of caller ${caller}.`;
    count(place, 1);
    const url = urls()[place] ?? "";
    const what = await ask(
      { url, secret, caller, isStream, prompt, model: STAGE_MODEL, signal: AbortSignal.timeout(WAIT_MS) },
      () => {
        events += 1;
      },
    );
    count(place, -1);
    seen.push(what);
    // A client that was refused tries again as clients do: not in a busy loop.
    if (what.status !== 200) await delay(RETRY_MS);
  }
  const loops = callers.map(async (caller, index) => {
    for (let turn = 0; !isOver; turn++) await once(caller, index, turn);
  });
  return {
    seen,
    outstanding: (place) => outstanding.get(place) ?? 0,
    events: () => events,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}
