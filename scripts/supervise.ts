import { explain, say, warn } from "./console";
import { buildWorkers, ensureNextBuild, ensurePrismaClient } from "./start/build";
import { checkEnvironment } from "./start/check-environment";
import { Child, startAll } from "./start/children";
import { openServer, prepareDatabase, type PreparedDatabase } from "./start/database";
import { addressesOf, childEnvironment, sandboxKeys } from "./start/environment";
import { readOptions, type StartOptions } from "./start/options";
import { watchParents } from "./start/parents";
import { DIST, plans } from "./start/plans";
import { reloadOnChange } from "./start/reload";
import { welcome, writeDemoFile } from "./start/report";
import { leaveCheckout, noteRun, takeCheckout } from "./start/run-file";
import { demoSecrets, type DemoSecrets } from "./start/secrets";
import { spawnTask } from "./start/spawn-task";

// What `npm start` and `npm run dev` are, once packages are there: prepares the database, builds what isn't built, keeps
// Scrip's processes running, and ends all of them when asked, or when whoever started it is gone.

const NEXT_FOLDER = ".next";
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

  database = openServer(options.databaseUrl, given("MIGRATE_DATABASE_URL"), () => stopping !== undefined);
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
