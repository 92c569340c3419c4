import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { until } from "./until";

/** A Redis server of a test's own, with nothing kept on disk. */
export type TestRedis = {
  url: string;
  /** Send one command and wait for its answer. */
  command(...words: string[]): Promise<string>;
  stop(): Promise<void>;
};

/** Whether a `redis-server` is on the path; without one what needs it is skipped. */
export const hasRedis = (): boolean => spawnSync("redis-server", ["--version"]).status === 0;

const START_LIMIT_MS = 5_000;

function send(port: number, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
    socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
  });
}

async function isUp(port: number): Promise<boolean> {
  try {
    return (await send(port, ["PING"])).startsWith("+PONG");
  } catch {
    return false; // not yet
  }
}

/** Start a Redis on a port of its own. */
export async function startRedis(port: number): Promise<TestRedis> {
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child: ChildProcess = spawn("redis-server", flags, { stdio: "ignore" });
  await until(() => isUp(port), "Redis answers", START_LIMIT_MS);
  return {
    url: `redis://127.0.0.1:${port}`,
    command: (...words) => send(port, words),
    async stop() {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}
