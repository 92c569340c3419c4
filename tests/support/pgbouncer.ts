import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { freePort } from "../../scripts/ports";
import { until } from "./until";

/** A PgBouncer of a test's own, in transaction mode. `url` leads through it to a database. */
export type PgBouncer = { url(databaseUrl: string): string; stop(): Promise<void> };

/** Whether this machine has a pgbouncer; without one what needs it is skipped. */
export const hasPgBouncer = (): boolean => spawnSync("pgbouncer", ["--version"]).status === 0;

/** Startup parameters that it drops, where they aren't refused: what its manual advises for Java's and Go's drivers. */
const IGNORED = "extra_float_digits, statement_timeout, idle_in_transaction_session_timeout, options, search_path";

/** It runs as nobody where the tests are root, which it refuses to be. */
const USER = process.getuid?.() === 0 ? ["user = nobody"] : [];

/** Start one in front of a database's server, as the role that the address names. */
export async function startPgBouncer(
  databaseUrl: string,
  { ignoresParameters }: { ignoresParameters: boolean },
): Promise<PgBouncer> {
  const server = new URL(databaseUrl);
  const port = await freePort();
  const home = mkdtempSync(path.join(tmpdir(), "pgbouncer-"));
  const config = path.join(home, "pgbouncer.ini");
  const account = `user=${server.username} password=${server.password}`;
  writeFileSync(
    config,
    [
      "[databases]",
      `* = host=${server.hostname} port=${server.port} ${account}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = any",
      "pool_mode = transaction",
      // Fewer than any process of ours opens, so that sessions are truly shared.
      "default_pool_size = 4",
      ...(ignoresParameters ? [`ignore_startup_parameters = ${IGNORED}`] : []),
      ...USER,
    ].join("\n"),
  );
  chmodSync(home, 0o755);
  const child = spawn("pgbouncer", [config], { stdio: "ignore" });
  const through = (url: string): string => Object.assign(new URL(url), { port: String(port) }).href;
  const answers = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: through(databaseUrl) });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  await until(answers, "pgbouncer answers");
  return {
    url: through,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}
