import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Writable } from "node:stream";
import { pino } from "pino";
import type { Log } from "@/lib/log";

/** A log that keeps what it is told, by the words of its message. */
export function aLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const keep = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log: pino({ level: "info" }, keep), lines };
}

/** The jobs as a process of their own, as `npm start` runs them. */
export async function spawnJobs(databaseUrl: string) {
  const child = spawn(process.execPath, ["--import", "tsx", "workers/jobs.ts"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      NODE_ENV: "test",
      PATH: process.env["PATH"],
      DATABASE_URL: databaseUrl,
      SCRIP_ENV: "demo",
      APP_URL: "http://127.0.0.1:3000",
      KEY_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    },
  });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes("the jobs run")) resolve();
    });
    void exit.then(([code]) => reject(new Error(`the jobs ended with ${code} before they ran`)));
  });
  return { child, exit };
}
