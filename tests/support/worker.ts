import { randomBytes } from "node:crypto";
import type { MasterKey } from "@/lib/env";
import { build } from "esbuild";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { BUNDLING } from "../../scripts/start/build";
import { until } from "./until";

/** A process of ours under test, started from its bundle. */
export type Worker = {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly child: ChildProcess;
  /** Processor time that it has used. Units: milliseconds; NaN where the system doesn't say. */
  cpuMs(): number;
  /** Ends it at once, as a crash does, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void>;
};

export type WorkerOptions = {
  name: string;
  file: string;
  args?: string[];
  env?: Record<string, string>;
  /** Where its output goes: the file is overwritten. */
  logFile: string;
  /** Its address, for a process that doesn't log it. */
  url?: string;
  /** What the log of a process without an address says when it is ready. */
  readyText?: string;
  /** The cores that it may run on, as `taskset` writes them; all without it. */
  cores?: string;
};

const START_LIMIT_MS = 30_000;
// As Linux counts processor time for everybody: USER_HZ.
const TICK_MS = 10;

/** The address that a process's log names first; null while it names none. */
function urlIn(logFile: string): string | null {
  for (const line of readFileSync(logFile, "utf8").split("\n")) {
    const url = /"url":"(http[^"]+)"/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  return null;
}

function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, so fields are counted from its end: user and system time are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

/** Whether something answers at that address, whatever it answers. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/**
 * Start a process and wait until its log names its address, or it answers at the one given.
 *
 * Its environment is what is given and nothing else of ours.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, file, args = [], env = {}, logFile, readyText, cores } = options;
  const output = openSync(logFile, "w");
  const command = [process.execPath, "--enable-source-maps", file, ...args];
  const [program = "", ...rest] = cores === undefined ? command : ["taskset", "-c", cores, ...command];
  const child = spawn(program, rest, {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_ENV: "production", ...env },
    stdio: ["pipe", output, output],
  });
  closeSync(output);
  const isReady = async (): Promise<boolean> => {
    if (options.url) return answers(options.url);
    return readyText === undefined ? urlIn(logFile) !== null : readFileSync(logFile, "utf8").includes(readyText);
  };
  await until(async () => child.exitCode !== null || (await isReady()), `${name} is ready`, START_LIMIT_MS);
  if (child.pid === undefined || child.exitCode !== null) {
    throw new Error(`${name} didn't start:\n${readFileSync(logFile, "utf8")}`);
  }
  const url = options.url ?? urlIn(logFile) ?? "";
  const { pid } = child;
  return {
    name,
    pid,
    url,
    child,
    cpuMs: () => cpuMsOf(pid),
    async kill() {
      child.kill("SIGKILL");
      await gone(child);
    },
    async stop() {
      child.kill("SIGTERM");
      await gone(child);
    },
  };
}

export type GatewayOptions = {
  file: string;
  databaseUrl: string;
  masterKey: MasterKey;
  openAiBaseUrl: string;
  logFile: string;
  name?: string;
  port?: number;
  /** Further variables of its environment. */
  env?: Record<string, string>;
};

/** Start a gateway process as production runs it. */
export function startGateway(options: GatewayOptions): Promise<Worker> {
  const { file, databaseUrl, masterKey, openAiBaseUrl, logFile, name = "gateway", port = 0, env = {} } = options;
  return startWorker({
    name,
    file,
    logFile,
    env: {
      NODE_OPTIONS: "--max-semi-space-size=64",
      SCRIP_ENV: "production",
      HOST: "127.0.0.1",
      DATABASE_URL: databaseUrl,
      KEY_ENCRYPTION_KEYS: `${masterKey.id}:${masterKey.key.toString("base64")}`,
      GATEWAY_PORT: String(port),
      GATEWAY_URL: "http://127.0.0.1",
      PROVIDER_OPENAI_BASE_URL: openAiBaseUrl,
      ...env,
    },
  });
}

const ROOT = path.resolve(import.meta.dirname, "../..");

const THREADS = { "gateway/threads/large-body.thread": "workers/gateway/threads/large-body.thread.ts" };

/**
 * Bundle entry points as production runs them: TypeScript gone, packages outside. Answers where each one landed, by name.
 *
 * `folder` lies in the checkout, so that packages are found from it.
 */
export async function bundle(folder: string, entries: Record<string, string>): Promise<Record<string, string>> {
  const outdir = path.join(ROOT, folder);
  await build({
    absWorkingDir: ROOT,
    // Threads of gateways start from a file beside theirs.
    entryPoints: { ...entries, ...THREADS },
    outdir,
    outExtension: { ".js": ".mjs" },
    ...BUNDLING,
  });
  return Object.fromEntries(Object.keys(entries).map((name) => [name, path.join(outdir, `${name}.mjs`)]));
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
