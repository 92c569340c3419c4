import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill("SIGKILL")));

async function startProcess(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "workers/sandbox.ts"], {
    env: { ...process.env, SANDBOX_PORT: "0", LOG_LEVEL: "info" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url) return { child, url };
  }
  throw new Error("the sandbox ended before it listened");
}

test("the process listens on loopback, answers health checks, and stops when its starter's pipe closes", async () => {
  const { child, url } = await startProcess();
  expect(new URL(url).hostname).toBe("127.0.0.1");
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "ok" });
  child.stdin?.end();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("the process stops on SIGTERM", async () => {
  const { child } = await startProcess();
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
