import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { end, isRunning, mark, startOf } from "@/scripts/processes";
import { Child } from "@/scripts/start/children";
import { whoListens } from "@/scripts/ports";
import { until } from "../../support/until";

const started: ChildProcess[] = [];
const children: Child[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await Promise.all(children.splice(0).map((child) => child.stop()));
});

function run(script: string, stdio: "ignore" | "pipe" = "ignore"): ChildProcess {
  const child = spawn(process.execPath, ["--eval", script], { stdio: [stdio, "pipe", "inherit"] });
  started.push(child);
  return child;
}

function keep(script: string): Child {
  const plan = { name: `kept-${process.pid}`, args: ["--eval", script], environment: process.env, readyUrl: null };
  const child = new Child(plan, false, () => undefined);
  children.push(child);
  return child;
}

const IDLE = 'process.stdout.write("up\\n"); process.stdin.on("close", () => process.exit(0)).resume();';

describe("a process", () => {
  test("is distinguished from a later one of the same id by when it started", async () => {
    const child = run(IDLE, "pipe");
    const marked = mark(child.pid ?? 0);
    expect(isRunning(marked)).toBe(true);
    expect(isRunning({ ...marked, started: "another" })).toBe(false);
  });

  test("counts as gone when only its corpse is left", async () => {
    const child = run("");
    await once(child, "exit");
    expect(startOf(child.pid ?? 0)).toBeNull();
  });

  test("that doesn't listen to a request to end is ended", async () => {
    const child = run('process.on("SIGTERM", () => {}); process.stdout.write("up\\n"); setInterval(() => {}, 1000);');
    if (child.stdout) await once(child.stdout, "data");
    const marked = mark(child.pid ?? 0);
    await end(marked, "SIGTERM", 200);
    expect(isRunning(marked)).toBe(false);
  });

  test("that listens on a port is named", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(whoListens(port)).toMatchObject({ pid: process.pid });
    server.close();
    await once(server, "close");
    expect(whoListens(port)).toBeNull();
  });
});

describe("a process of npm start", () => {
  test("is started again when it dies, and is down once it was asked to end", async () => {
    const child = keep(IDLE);
    await child.start();
    const first = child.pid;
    process.kill(first, "SIGKILL");
    await until(() => child.pid !== first && startOf(child.pid) !== null, "it was started again", 15_000);
    const second = child.pid;
    await child.stop();
    expect(startOf(second)).toBeNull();
  });

  test("that ends while it starts stops the start, with its last words", async () => {
    const child = keep('process.stderr.write("no such table\\n"); process.exitCode = 3;');
    await expect(child.start()).rejects.toThrow(/ended while it started:\s+no such table/);
  });

  test("leaves its log where people look for it", async () => {
    const child = keep(IDLE);
    await child.start();
    await child.stop();
    await expect.poll(() => readFileSync(path.join(".scrip/logs", `kept-${process.pid}.log`), "utf8")).toContain("up");
  });

  test("ends when its starter is gone, however that went", async () => {
    const inner = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["--eval", ${JSON.stringify(IDLE)}], { stdio: ["pipe", "ignore", "ignore"], detached: true });
      process.stdout.write(String(child.pid) + "\\n"); setInterval(() => {}, 1000);`;
    const starter = run(inner);
    const [said] = starter.stdout ? ((await once(starter.stdout, "data")) as [Buffer]) : [];
    const pid = Number(String(said).trim());
    expect(startOf(pid)).not.toBeNull();
    starter.kill("SIGKILL");
    await until(() => startOf(pid) === null, "the inner process is gone", 15_000);
  });
});
