import { Redis } from "ioredis";
import { nowMs } from "../time";

/** One hash slot of a cluster holds everything. */
const PREFIX = "{scrip}:";

const RETRY_MS_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** How every connection connects, and connects again. */
const connectionOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: (attempts: number): number => Math.min(50 * 2 ** Math.min(attempts, 10), RETRY_MS_MAX),
  maxRetriesPerRequest: 1,
};

/** Short messages between processes, when there is a Redis. They may be lost: what they say is found out anyway, later. */
export type Bus = {
  /** Tell the other processes; nothing happens where Redis is away. */
  publish(topic: string, text: string): void;
  /** Be told. A handler that throws is told of, and hears the next message. */
  subscribe(topic: string, handler: (text: string) => void): void;
  close(): void;
};

export type BusOptions = {
  /** Told once whenever Redis goes away, and not again until it was back. */
  tell?: (problem: string, error: unknown) => void;
};

/**
 * Open a connection to Redis for messages and one for hearing them.
 *
 * Redis may be away now, later or for good: nothing throws, nothing waits, and both come back by themselves.
 */
export function openBus(redisUrl: string, { tell = () => undefined }: BusOptions = {}): Bus {
  const speaking = new Redis(redisUrl, { ...connectionOptions, enableOfflineQueue: false });
  const hearing = new Redis(redisUrl, { ...connectionOptions, maxRetriesPerRequest: null });
  const handlers = new Map<string, ((text: string) => void)[]>();
  let isAway = false;
  let isClosed = false;

  const onAway = (error: unknown): void => {
    if (!isAway && !isClosed) tell("Redis is away: processes find out about changes by themselves", error);
    isAway = true;
  };
  for (const connection of [speaking, hearing]) {
    connection.on("error", onAway);
    connection.on("ready", () => (isAway = false));
  }
  hearing.on("message", (channel: string, text: string) => {
    for (const handler of handlers.get(channel) ?? []) {
      try {
        handler(text);
      } catch (error) {
        tell(`a message of ${channel} couldn't be handled`, error); // one bad message mustn't end the hearing
      }
    }
  });

  return {
    publish(topic, text) {
      if (!isClosed) speaking.publish(PREFIX + topic, text).catch(onAway);
    },
    subscribe(topic, handler) {
      const channel = PREFIX + topic;
      const known = handlers.get(channel);
      if (known) known.push(handler);
      else {
        handlers.set(channel, [handler]);
        // ioredis subscribes again by itself whenever it has connected again.
        hearing.subscribe(channel).catch(onAway);
      }
    },
    close() {
      isClosed = true;
      speaking.disconnect();
      hearing.disconnect();
    },
  };
}

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
