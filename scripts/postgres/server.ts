import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { Stop } from "../console";
import { freePort, isPortFree } from "../ports";
import { commandOf, end, mark } from "../processes";
import { type PostgresHome, postgresHome, postmasterPid } from "./home";

/**
 * A process that stops the server once we are gone without having done so: killed, or out of memory. It waits for the
 * end of a pipe that only we hold, and gives the others ten seconds to finish before it ends what still is connected.
 */
function guardServer(data: string): ChildProcess {
  const pidFile = path.join(data, "postmaster.pid");
  const script = `cat >/dev/null
    for signal in TERM INT; do
      pid=$(head -n 1 "$1" 2>/dev/null) && [ -n "$pid" ] || exit 0
      kill -s $signal "$pid"
      for second in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || exit 0; sleep 1; done
    done`;
  const guard = spawn("/bin/sh", ["-c", script, "scrip-postgres-guard", pidFile], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.stdin.on("error", () => undefined);
  guard.unref();
  return guard;
}

export type ServerOptions = {
  /** Where its data, log and passwords are kept: `.scrip`, or a test's own folder. */
  home: string;
  /** The package that carries the server; by default the newest for this platform. */
  packageName?: string;
  /** Give up durability, for data that is thrown away. */
  isThrowaway?: boolean;
};

/** A PostgreSQL of our own. */
export type EmbeddedServer = {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly isNew: boolean;
  stop(): Promise<void>;
};

type Access = { port: number; owner: string; application: string };

const OWNER = "scrip_owner";
const APPLICATION = "scrip_app";
const DATABASE = "scrip";
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 20_000;
const LOG_LIMIT_BYTES = 10_000_000;

/** Addresses of the server of `home`: of its owner and of the application. Null before its first start. */
export function embeddedUrls(home: string): { ownerUrl: string; applicationUrl: string } | null {
  const access = readAccess(home);
  return access && urls(access);
}

/** The running server of `home` that an earlier process left or another one uses; null where none runs. */
export function runningServer(home: string): number | null {
  if (!existsSync(path.join(home, "pgdata"))) return null;
  const { data } = postgresHome(home);
  const pid = postmasterPid(data);
  return pid !== null && commandOf(pid).includes(data) ? pid : null;
}

/** Ends a server that an earlier run left behind; whether there was one. */
export async function endLeftOver(home: string): Promise<boolean> {
  const pid = runningServer(home);
  if (pid === null) return false;
  await end(mark(pid), "SIGINT", STOP_LIMIT_MS);
  return true;
}

/** Start the server of `home`, made at its first start. Resolves when it answers. Errors: `Stop`. */
export async function startServer(options: ServerOptions): Promise<EmbeddedServer> {
  const home = postgresHome(options.home, options.packageName);
  const isNew = !existsSync(path.join(home.data, "PG_VERSION"));
  const access = await usableAccess(options.home);
  if (isNew) initialise(home, access, options.isThrowaway ?? false);
  const child = launch(home, access, options);
  const guard = guardServer(home.data);
  child.once("exit", () => guard.kill("SIGKILL"));
  const server = { ...urls(access), port: access.port, pid: child.pid ?? 0, process: child, isNew };
  try {
    await untilReady(server.ownerUrl.replace(/\/[^/]*$/, "/postgres"), child, options.home);
    await ensureDatabase(server.ownerUrl, access);
  } catch (error) {
    await stopServer(child);
    throw error;
  }
  return { ...server, stop: () => stopServer(child) };
}

function readAccess(home: string): Access | null {
  const file = path.join(home, "postgres.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Access) : null;
}

/** Port and passwords, chosen once; another port only where somebody else took it meanwhile. */
async function usableAccess(home: string): Promise<Access> {
  const known = readAccess(home);
  if (known && (await isPortFree(known.port, "127.0.0.1"))) return known;
  const secret = (): string => randomBytes(24).toString("base64url");
  const chosen = { ...(known ?? { owner: secret(), application: secret() }), port: await freePort() };
  writeFileSync(path.join(home, "postgres.json"), JSON.stringify(chosen), { mode: 0o600 });
  return chosen;
}

function urls(access: Access): { ownerUrl: string; applicationUrl: string } {
  const url = (user: string, password: string): string =>
    `postgresql://${user}:${password}@127.0.0.1:${access.port}/${DATABASE}`;
  return { ownerUrl: url(OWNER, access.owner), applicationUrl: url(APPLICATION, access.application) };
}

function initialise(home: PostgresHome, access: Access, isThrowaway: boolean): void {
  // What an interrupted initdb left is no database.
  rmSync(home.data, { recursive: true, force: true });
  mkdirSync(home.data, { recursive: true, mode: 0o700 });
  home.own(home.data);
  const passwordFile = path.join(path.dirname(home.data), `.pg-password-${process.pid}`);
  writeFileSync(passwordFile, access.owner, { mode: 0o600 });
  home.own(passwordFile);
  const result = spawnSync(
    path.join(home.native, "bin/initdb"),
    [
      `--pgdata=${home.data}`,
      `--username=${OWNER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--data-checksums",
      ...(isThrowaway ? ["--no-sync"] : []),
    ],
    { encoding: "utf8", cwd: "/", ...asUser(home) },
  );
  rmSync(passwordFile, { force: true });
  if (result.status === 0) return;
  rmSync(home.data, { recursive: true, force: true });
  throw new Stop(`PostgreSQL couldn't make its data folder ${home.data}:\n${result.stderr || String(result.error)}`);
}

function launch(home: PostgresHome, access: Access, options: ServerOptions): ChildProcess {
  const logFile = path.join(options.home, "postgres.log");
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) rmSync(logFile);
  const log = openSync(logFile, "a", 0o600);
  const durability = options.isThrowaway ? ["fsync=off", "full_page_writes=off", "synchronous_commit=off"] : [];
  const settings = [
    `port=${access.port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "log_min_messages=warning",
    "password_encryption=scram-sha-256",
    ...durability,
  ];
  // In a process group of its own: Ctrl-C at the terminal is for us, and the server stops after those who use it.
  return spawn(
    path.join(home.native, "bin/postgres"),
    ["-D", home.data, ...settings.flatMap((setting) => ["-c", setting])],
    {
      stdio: ["ignore", log, log],
      cwd: "/",
      detached: true,
      ...asUser(home),
    },
  );
}

function asUser({ uid }: PostgresHome): { uid?: number; gid?: number } {
  return uid === undefined ? {} : { uid, gid: uid };
}

async function untilReady(url: string, child: ChildProcess, home: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Stop(`PostgreSQL didn't start:\n${tail(path.join(home, "postgres.log"))}`);
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > deadline)
        throw new Stop(`PostgreSQL doesn't answer on port ${new URL(url).port}: ${String(error)}`);
      await delay(30);
    }
  }
}

/** The database and the application's role, which both may be there already. */
async function ensureDatabase(ownerUrl: string, access: Access): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl.replace(/\/[^/]*$/, "/postgres") });
  await client.connect();
  try {
    const role = await client.query("select 1 from pg_roles where rolname = $1", [APPLICATION]);
    const password = pg.escapeLiteral(access.application);
    if (role.rowCount === 0) await client.query(`create role ${APPLICATION} login password ${password}`);
    const database = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (database.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) await end(mark(child.pid), "SIGINT", STOP_LIMIT_MS);
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(-12).join("\n") : "";
}
