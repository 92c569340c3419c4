import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { freePort } from "../../scripts/ports";
import { until } from "./until";

/** A redis-server of a test's own, which keeps nothing on disk. */
export type TestRedis = {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  flush(): Promise<void>;
  /** Answer nothing for so long, and lose nothing. */
  pause(milliseconds: number): Promise<void>;
  /** Listen to every command from here on; gives what was heard so far. */
  listen(): Promise<() => string>;
  stop(): Promise<void>;
};

/** Whether this machine has a redis-server; without one what needs it is skipped. */
export const hasRedis = (): boolean => spawnSync("redis-server", ["--version"]).status === 0;

/** Start one on that port, or on a free one. */
export async function startRedis(wantedPort?: number): Promise<TestRedis> {
  const port = wantedPort ?? (await freePort());
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
    {
      stdio: "ignore",
    },
  );
  const url = `redis://127.0.0.1:${port}`;
  const withClient = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    client.on("error", () => undefined); // the call that failed says so
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  const answers = (): Promise<boolean> =>
    withClient((client) => client.ping()).then(
      () => true,
      () => false,
    );
  await until(answers, "redis-server answers");
  return {
    url,
    port,
    pid: child.pid ?? 0,
    async listen() {
      const heard: string[] = [];
      const client = new Redis(url, { retryStrategy: () => null });
      client.on("error", () => undefined); // the server ends before its listeners do
      const monitor = await client.monitor();
      monitor.on("monitor", (_time: string, words: string[]) => heard.push(words.join(" ")));
      monitor.on("error", () => undefined);
      return () => heard.join("\n");
    },
    pause: (milliseconds) => withClient(async (client) => void (await client.client("PAUSE", milliseconds))),
    flush: () => withClient(async (client) => void (await client.flushall())),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
