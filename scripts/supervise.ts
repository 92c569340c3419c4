import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Stop, explain, say, warn } from "./console";
import { buildWorkers, DIST, ensureNextBuild, ensurePrismaClient, NEXT_FOLDER } from "./start/build";
import { checkEnvironment, type Addresses, addressesOf, childEnvironment, sandboxKeys } from "./start/environment";
import { Child, startAll, plans, reloadOnChange } from "./start/children";
import { type PreparedDatabase, openServer, prepareDatabase } from "./start/database";
import { HOME, type StartOptions, readOptions } from "./start/options";
import { watchParents } from "./processes";
import { leaveCheckout, noteRun, takeCheckout } from "./start/run-file";
import { type DemoSecrets, demoSecrets } from "./start/secrets";

/** Write `.scrip/demo.json`, for tests and people: addresses, the admin's key, accounts. Readable by its owner only. */
export function writeDemoFile(addresses: Addresses, adminApiKey: string, { accounts }: DemoSecrets): void {
  const content = { ...addresses, admin_api_key: adminApiKey, accounts };
  writeFileSync(path.join(HOME, "demo.json"), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** What a newcomer reads once everything runs. */
export function welcome(
  options: StartOptions,
  addresses: Addresses,
  secrets: DemoSecrets | null,
  seconds: number,
): string {
  const lines = [
    "",
    `  Scrip runs (${options.mode}, ready in ${seconds.toFixed(1)} s)`,
    "",
    `    web app   ${addresses.web}`,
    `    gateway   ${addresses.gateway}/v1   base URL for OpenAI clients`,
    ...(addresses.sandbox ? [`    sandbox   ${addresses.sandbox}   stands in for the providers`] : []),
    "",
    ...(secrets?.accounts ?? []).map(({ email, password, role }) => `    ${email.padEnd(20)} ${password}   ${role}`),
    ...(secrets ? [`    the admin's API key and all of this: ${HOME}/demo.json`] : []),
    `    logs: ${HOME}/logs    Ctrl-C stops everything`,
    "",
  ];
  return lines.join("\n");
}

/**
 * Run a task of scripts/tasks in a process of its own and answer with what it wrote to standard output. A process of its
 * own, because tasks use the generated Prisma client, which this one may just have made. Errors: `Stop`.
 */
export function spawnTask(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  input?: unknown,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["scripts/run.mjs", name], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input === undefined ? "" : JSON.stringify(input));
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Stop(`the task ${name} failed; what it said stands above`));
    });
  });
}

// What `npm start` and `npm run dev` are, once packages are there: prepares the database, builds what isn't built, keeps
// Scrip's processes running, and ends all of them when asked, or when whoever started it is gone.

/** Stands for the address of our own server, which is known once that runs. */
const OWN_DATABASE = "postgresql://127.0.0.1/scrip";
const REPEATED_SIGNAL_MS = 1_000;

let database: Promise<PreparedDatabase> | undefined;
let children: Child[] = [];
let stopping: Promise<void> | undefined;
let stopRequestedAt = 0;

const given = (name: string): string | null => process.env[name]?.trim() || null;

/** The next step, unless all of this is being ended: then it never comes. */
async function next<T>(step: () => Promise<T>): Promise<T> {
  if (stopping) await new Promise(() => undefined);
  return step();
}

async function start(): Promise<void> {
  const started = Date.now();
  await takeCheckout();
  const options = await readOptions(process.argv.slice(2));
  const secrets = options.mode === "demo" ? demoSecrets() : null;
  checkEnvironment(childEnvironment(options, options.databaseUrl ?? OWN_DATABASE, secrets), process.env);

  database = openServer(options, () => stopping !== undefined);
  const prepared = await database;
  await next(ensurePrismaClient);
  await next(() => prepareDatabase(prepared));
  if (!options.isDevelopment) {
    await next(() => ensureNextBuild(NEXT_FOLDER));
    await next(() => buildWorkers(DIST));
  }
  const environment = { ...childEnvironment(options, prepared.applicationUrl, secrets), NEXT_DIST_DIR: NEXT_FOLDER };
  await next(() => bootstrap(options, environment, secrets));
  await next(() => startChildren(options, environment));

  const addresses = addressesOf(options);
  note(addresses.web);
  if (secrets) writeDemoFile(addresses, given("ADMIN_API_KEY") ?? secrets.environment.ADMIN_API_KEY, secrets);
  if (options.isDevelopment) reloadOnChange(children);
  process.stdout.write(`${welcome(options, addresses, secrets, (Date.now() - started) / 1000)}\n`);
}

/** Seed the demo on an empty database, and see to the admin that the environment names. */
async function bootstrap(
  options: StartOptions,
  environment: NodeJS.ProcessEnv,
  secrets: DemoSecrets | null,
): Promise<void> {
  const said = await spawnTask("bootstrap", environment, {
    mode: options.mode,
    admin: {
      email: given("ADMIN_EMAIL"),
      password: given("ADMIN_PASSWORD"),
      apiKey: given("ADMIN_API_KEY") ?? secrets?.environment.ADMIN_API_KEY ?? null,
    },
    accounts: secrets?.accounts ?? [],
    supplierKeys: sandboxKeys(options, environment),
  });
  for (const line of said.split("\n").filter(Boolean)) say(line);
}

async function startChildren(options: StartOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const isProduction = options.mode === "production";
  children = plans(options, environment).map((plan) => new Child(plan, isProduction, () => note()));
  await startAll(children);
}

function note(web?: string): void {
  const alive = children.filter(({ pid }) => pid > 0);
  noteRun(
    alive.map(({ plan, pid }) => ({ name: plan.name, pid })),
    web,
  );
}

/** Ends all in the order that loses nothing: who takes requests first, the sandbox after them, PostgreSQL last. */
async function stopAll(): Promise<void> {
  const isSandbox = ({ plan }: Child): boolean => plan.name === "sandbox";
  await Promise.all(children.filter((child) => !isSandbox(child)).map((child) => child.stop()));
  await Promise.all(children.filter(isSandbox).map((child) => child.stop()));
  const prepared = await database?.catch(() => undefined);
  await prepared?.server?.stop();
  leaveCheckout();
}

function stop(reason: string, code: number): void {
  const isRepeated = Date.now() - stopRequestedAt < REPEATED_SIGNAL_MS;
  if (stopping && isRepeated) return; // npm hands on what the terminal sent already
  stopRequestedAt = Date.now();
  if (stopping) {
    warn("still stopping: that takes up to 30 s");
    return;
  }
  say(`${reason}: stopping …`);
  stopping = stopAll();
  stopping.then(
    () => {
      say("stopped");
      process.exit(code);
    },
    (error: unknown) => {
      warn(explain(error));
      process.exit(1);
    },
  );
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal, 0));
watchParents(() => stop("who started this is gone", 0));
// A terminal that went away can't be written to; that is no reason to leave anything running.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  await start();
} catch (error) {
  if (!stopping) {
    warn(explain(error));
    stop("the start failed", 1);
  }
}
