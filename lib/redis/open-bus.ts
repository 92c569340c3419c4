import { Redis } from "ioredis";
import { connectionOptions, PREFIX } from "./connection";

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
