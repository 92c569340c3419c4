import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { openDatabase, type Database } from "@/lib/db";
import { micros, type Micros } from "@/lib/money";
import { useVault } from "@/lib/vault";
import { startServer } from "../../scripts/postgres/server";
import { bundle, startGateway, startWorker, type Worker } from "../support/worker";
import { startOwnPostgres, type OwnPostgres } from "../support/database";
import { sandboxControls, type SandboxControls } from "../support/sandbox";
import { stageCallers, stageModel, stageSupply, type Caller } from "../support/stage";
import { crashPostgres } from "./postgres-crash";

export type WorldOptions = {
  gateways: number;
  callers: number;
  creditsEach: Micros;
  chunkDelayMs: number;
  timings: Timings;
  /** Further variables of gateways and jobs: a Redis, for one. */
  env?: Record<string, string>;
};

/** A whole Scrip of its own, of real processes, of which any can be killed and started again. */
export type World = {
  readonly callers: readonly Caller[];
  readonly sandbox: SandboxControls;
  /** The processes that aren't gateways; the web port stands in front of the last of these. */
  readonly processes: { readonly jobs: Worker; readonly sandbox: Worker; readonly web: Worker };
  database(): Database;
  gateways(): readonly Worker[];
  postmaster(): number;
  killGateway(place: number): Promise<number>;
  startGatewayAgain(place: number): Promise<void>;
  killPostgres(): Promise<{ pid: number; processes: number }>;
  startPostgresAgain(): Promise<void>;
  close(): Promise<void>;
};

/** The beats by which a crash is noticed and by which what a stream used is noted. Units: milliseconds. */
export type Timings = {
  leaseRenewMs: number;
  leaseTtlMs: number;
  checksApartMs: number;
  checkpointMs: number;
  tickMs: number;
  /** How long a supplier may say nothing in the middle of a reply; as in production without it. */
  idleMs?: number;
};

/**
 * For crashes: a test sees in seconds what production sees in tens of them. The time between two polls, all that the living have
 * once PostgreSQL is back, is longer than a busy machine lets a process wait.
 */
export const SHORT_TIMINGS: Timings = {
  leaseRenewMs: 400,
  leaseTtlMs: 6_000,
  checksApartMs: 3_000,
  checkpointMs: 400,
  tickMs: 100,
};
/** As in production, where nobody is killed. */
export const USUAL_TIMINGS: Timings = {
  leaseRenewMs: 3_000,
  leaseTtlMs: 36_000,
  checksApartMs: 5_000,
  checkpointMs: 5_000,
  tickMs: 1_000,
};

/** Start PostgreSQL, sandbox, jobs and gateways, with callers who have credits and a supply that serves them. */
export async function startWorld(folder: string, options: WorldOptions): Promise<World> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = await bundle(`${folder}/dist`, {
    sandbox: "workers/sandbox.ts",
    gateway: "tests/chaos/processes/gateway.ts",
    jobs: "tests/chaos/processes/jobs.ts",
    web: "tests/chaos/processes/web.ts",
  });
  const home = `${folder}/postgres`;
  let server: Omit<OwnPostgres, "drop"> = await startOwnPostgres(home);
  const database = openDatabase(server.applicationUrl, 4);
  const masterKey = { id: "chaos", key: randomBytes(32) };
  useVault([masterKey]);
  const sandbox = await startWorker({
    name: "sandbox",
    file: files["sandbox"] ?? "",
    env: { SANDBOX_PORT: "0" },
    logFile: `${folder}/sandbox.log`,
  });
  const controls = sandboxControls(sandbox.url);
  await controls.settings({ chunk_delay_ms: options.chunkDelayMs });
  await stageModel(database);
  await stageSupply(
    database,
    ["a", "b"].map((letter) => `sk-sandbox-openai-100000usd-chaos-${letter}`),
  );
  const callers = await stageCallers(database, options.callers, options.creditsEach);

  const timings = Object.fromEntries(
    Object.entries(options.timings).map(([name, value]) => [`CHAOS_${name}`, String(value)]),
  );
  const env = { ...timings, ...options.env };
  const openGateway = (place: number): Promise<Worker> =>
    startGateway({
      name: `gateway ${place}`,
      file: files["gateway"] ?? "",
      databaseUrl: server.applicationUrl,
      masterKey,
      openAiBaseUrl: `${sandbox.url}/openai/v1`,
      logFile: `${folder}/gateway-${place}-${Date.now()}.log`,
      env,
    });
  const gateways = await Promise.all(Array.from({ length: options.gateways }, (_, place) => openGateway(place)));
  const jobs = await startWorker({
    name: "jobs",
    file: files["jobs"] ?? "",
    env: {
      ...env,
      SCRIP_ENV: "production",
      DATABASE_URL: server.applicationUrl,
      APP_URL: "http://127.0.0.1",
      KEY_ENCRYPTION_KEYS: `${masterKey.id}:${masterKey.key.toString("base64")}`,
    },
    logFile: `${folder}/jobs.log`,
    readyText: "the jobs run",
  });
  const web = await startWorker({
    name: "web",
    file: files["web"] ?? "",
    env: { GATEWAY_URL: gateways.at(-1)?.url ?? "" },
    logFile: `${folder}/web.log`,
  });

  return {
    callers,
    sandbox: controls,
    processes: { jobs, sandbox, web },
    database: () => database,
    gateways: () => gateways,
    postmaster: () => server.pid,
    async killGateway(place) {
      const victim = gateways[place];
      if (!victim) throw new Error(`there is no gateway ${place}`);
      await victim.kill();
      return victim.pid;
    },
    async startGatewayAgain(place) {
      gateways[place] = await openGateway(place);
    },
    async killPostgres() {
      const { pid } = server;
      return { pid, processes: await crashPostgres(pid) };
    },
    async startPostgresAgain() {
      server = await startServer({ home });
    },
    async close() {
      await Promise.all([web, ...gateways, jobs, sandbox].map((worker) => worker.stop()));
      await database.close();
      await server.stop();
      // The logs stay, for whoever asks why.
      for (const bulky of [home, `${folder}/dist`]) rmSync(bulky, { recursive: true, force: true });
    },
  };
}

/** So many whole credits. */
export const wholeCredits = (count: bigint): Micros => micros(count * 1_000_000n);

/** How many reservations are open. */
export async function openHolds(world: World): Promise<bigint> {
  const { rows } = await world
    .database()
    .pool.query<{ open: bigint }>("select count(*) as open from books.hold where state = 0");
  return rows[0]?.open ?? -1n;
}
