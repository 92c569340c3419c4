import { Redis } from "ioredis";
import { nowMs } from "../time";
import { connectionOptions, PREFIX } from "./connection";

/** What a script gave; or that Redis is away, or didn't answer at once: then it may have run all the same, or may yet. */
export type ScriptAnswer = number[] | "unsent" | "unanswered";

/** Small programs in Lua that Redis runs, each as one step that nothing comes between. */
export type Scripts<Name extends string> = {
  /** Run one. Keys get the prefix of all of Scrip's keys. Never rejects. */
  run(name: Name, keys: readonly string[], values: readonly (string | number)[]): Promise<ScriptAnswer>;
  close(): void;
};

/** How long whoever asks waits for an answer. */
const ANSWER_MS_MAX = 100;
/** How long a Redis that didn't answer in time isn't asked again: those who ask wait for it. */
const SILENCE_MS = 1_000;

/**
 * Open a connection to Redis for scripts, by their names; each gives a list of whole numbers.
 *
 * Redis may be away now, later or for good: nothing throws, nobody waits for longer than `answerMsMax`, a tenth of a second
 * unless told, and the connection comes back by itself. `tell` hears of it once an outage.
 */
export function openScripts<Name extends string>(
  redisUrl: string,
  scripts: Readonly<Record<Name, string>>,
  tell: (problem: string, error: unknown) => void,
  answerMsMax = ANSWER_MS_MAX,
): Scripts<Name> {
  const redis = new Redis(redisUrl, {
    ...connectionOptions,
    enableOfflineQueue: false,
    commandTimeout: answerMsMax,
    scripts: Object.fromEntries(Object.entries<string>(scripts).map(([name, lua]) => [name, { lua }])),
  });
  const commands = redis as unknown as Record<Name, (...words: (string | number)[]) => Promise<number[]>>;
  let isAway = false;
  let silentUntilMs = 0;

  const onAway = (error: unknown): void => {
    if (!isAway) tell("Redis is away: limits are each process's own", error);
    isAway = true;
  };
  redis.on("error", onAway);
  redis.on("ready", () => (isAway = false));

  return {
    async run(name, keys, values) {
      if (redis.status !== "ready" || nowMs() < silentUntilMs) return "unsent";
      try {
        const answer = await commands[name](keys.length, ...keys.map((key) => PREFIX + key), ...values);
        isAway = false;
        return answer;
      } catch (error) {
        silentUntilMs = nowMs() + SILENCE_MS;
        onAway(error);
        return "unanswered";
      }
    },
    close: () => redis.disconnect(),
  };
}
