import { type ChildProcess, spawn } from "node:child_process";
import { type WriteStream, createWriteStream, existsSync, mkdirSync, statSync, truncateSync, watch } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Stop, say, warn } from "../console";
import { end, mark } from "../processes";
import { addressesOf, gatewayEnvironment, sandboxEnvironment } from "./environment";
import { DIST } from "./build";
import { HOME, type StartOptions } from "./options";

/** The processes of Scrip, by node itself: a wrapper's pid would not be theirs. */
export function plans(options: StartOptions, environment: NodeJS.ProcessEnv): ChildPlan[] {
  const run = (name: string): string[] =>
    options.isDevelopment
      ? ["--import", "tsx", `workers/${name}.ts`, "--dev"]
      : ["--enable-source-maps", `${DIST}/workers/${name}.js`];
  const { web, gateway, sandbox } = addressesOf(options);
  const all: ChildPlan[] = [
    {
      name: "gateway",
      args: run("gateway"),
      environment: gatewayEnvironment(environment),
      readyUrl: `${gateway}/readyz`,
    },
    { name: "jobs", args: run("jobs"), environment, readyUrl: null },
    { name: "web", args: run("web"), environment, readyUrl: `${web}/healthz` },
  ];
  if (sandbox) {
    const readyUrl = `${sandbox}/_sandbox/log`;
    all.unshift({ name: "sandbox", args: run("sandbox"), environment: sandboxEnvironment(environment), readyUrl });
  }
  return all;
}

/** A process of Scrip: how it is run, and how one sees that it serves. */
export type ChildPlan = {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** An address that answers 200 once the process serves; null: its first line of log says so. */
  readonly readyUrl: string | null;
};

const READY_LIMIT_MS = 60_000;
/** A process that was asked to end has to by then; what it does meanwhile must fit. */
export const STOP_LIMIT_MS = 30_000;
const RESTARTS_MAX = 10;
const RESTART_DELAY_MS = 1_000;
const LOG_LIMIT_BYTES = 20_000_000;
const LAST_LINES = 20;

/** Keeps one process running: restarts it when it dies, ends it when asked. */
export class Child {
  #process: ChildProcess | undefined;
  #isStopping = false;
  #hasSpoken = false;
  #restarts = 0;
  #lastLines: string[] = [];
  readonly #log: WriteStream;

  constructor(
    readonly plan: ChildPlan,
    private readonly isProduction: boolean,
    private readonly onChange: () => void,
  ) {
    const file = path.join(HOME, "logs", `${plan.name}.log`);
    mkdirSync(path.dirname(file), { recursive: true });
    if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) truncateSync(file);
    this.#log = createWriteStream(file, { flags: "a", mode: 0o600 });
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Start it and wait until it serves. Errors: `Stop` with its last lines where it doesn't. */
  async start(): Promise<void> {
    this.#spawn();
    const deadline = Date.now() + READY_LIMIT_MS;
    while (!(await this.#isReady())) {
      if (!this.#isAlive()) throw new Stop(`${this.plan.name} ended while it started:\n${this.#lastLines.join("\n")}`);
      if (Date.now() > deadline)
        throw new Stop(`${this.plan.name} doesn't serve after 60 s:\n${this.#lastLines.join("\n")}`);
      await delay(50);
    }
  }

  /** Ask it to end, and wait for that; what takes longer than 30 s is ended at once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#isAlive()) await end(mark(this.pid), "SIGTERM", STOP_LIMIT_MS);
    this.#log.end();
  }

  /** Restart it, for changed sources. */
  async restart(): Promise<void> {
    const old = this.#process;
    this.#process = undefined; // so that its end is no failure
    if (old?.pid) await end(mark(old.pid), "SIGTERM", STOP_LIMIT_MS);
    if (!this.#isStopping) this.#spawn();
  }

  #isAlive(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  #spawn(): void {
    this.#hasSpoken = false;
    const child = spawn(process.execPath, this.plan.args, {
      // Its standard input is the pipe by whose end it knows that we are gone. In a process group of its own, Ctrl-C at
      // the terminal reaches us alone, and we end all in their order.
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      env: this.plan.environment,
    });
    this.#process = child;
    this.#follow(child.stdout, (line) => {
      this.#hasSpoken = true;
      return isProblem(line);
    });
    this.#follow(child.stderr, (line) => line.trim() !== "");
    child.stdin.on("error", () => undefined);
    child.once("exit", (code, signal) => this.#exited(child, code, signal));
    this.onChange();
  }

  #follow(stream: NodeJS.ReadableStream, isShown: (line: string) => boolean): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#line(line, isShown(line));
    });
  }

  #line(line: string, isShown: boolean): void {
    if (!this.#log.writableEnded) this.#log.write(`${line}\n`);
    this.#lastLines = [...this.#lastLines, readable(line)].slice(-LAST_LINES);
    if (this.isProduction) process.stdout.write(`${line}\n`);
    else if (isShown) warn(`${this.plan.name}: ${readable(line)}`);
  }

  #exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#isStopping || child !== this.#process || !this.#hasSpoken) return;
    this.#restarts += 1;
    const how = signal ?? `code ${code}`;
    if (this.#restarts > RESTARTS_MAX) {
      warn(
        `${this.plan.name} ended (${how}) for the ${RESTARTS_MAX}th time and stays down: see ${HOME}/logs/${this.plan.name}.log`,
      );
      return;
    }
    warn(`${this.plan.name} (pid ${child.pid}) ended by itself (${how}); starting it again`);
    setTimeout(() => this.#isStopping || this.#spawn(), RESTART_DELAY_MS);
  }

  async #isReady(): Promise<boolean> {
    if (this.plan.readyUrl === null) return this.#hasSpoken && this.#isAlive();
    try {
      const reply = await fetch(this.plan.readyUrl, { signal: AbortSignal.timeout(2_000) });
      await reply.arrayBuffer();
      return reply.ok && this.#isAlive();
    } catch {
      return false;
    }
  }
}

type LogLine = { level?: string; msg?: string; error?: { message?: string }; err?: { message?: string } };

function parse(line: string): LogLine | null {
  try {
    return line.startsWith("{") ? (JSON.parse(line) as LogLine) : null;
  } catch {
    return null;
  }
}

/** Lines of a log that a person at the terminal should see. */
const isProblem = (line: string): boolean => ["warn", "error", "fatal"].includes(parse(line)?.level ?? "");

function readable(line: string): string {
  const entry = parse(line);
  if (!entry) return line;
  const reason = entry.error?.message ?? entry.err?.message;
  return `${entry.level ?? ""} ${entry.msg ?? ""}${reason ? `: ${reason}` : ""}`.trim();
}

/** Start all side by side; resolves once each serves. Errors: `Stop` of the first that doesn't. */
export async function startAll(children: readonly Child[]): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      await child.start();
      say(`${child.plan.name} serves (pid ${child.pid})`);
    }),
  );
}

const QUIET_MS = 200;

/** Restart sandbox, gateway and jobs when their sources change; the web app reloads its own. */
export function reloadOnChange(children: readonly Child[]): void {
  let timer: NodeJS.Timeout | undefined;
  const changed = (_event: string, file: string | null): void => {
    if (!file?.endsWith(".ts") || file.includes("generated")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`${file} changed: restarting sandbox, gateway and jobs`);
      for (const child of children) if (child.plan.name !== "web") void child.restart();
    }, QUIET_MS);
  };
  for (const folder of ["lib", "workers"]) watch(folder, { recursive: true }, changed);
}
