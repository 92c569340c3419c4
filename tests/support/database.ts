import { grantApplicationRole } from "@/lib/db/grants";
import { applyMigrations, readMigrations } from "@/lib/db/migrate";
import { migrateQueue } from "@/lib/queue";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { type EmbeddedServer, endLeftOver, startServer } from "../../scripts/postgres/server";

/** A database of a test's own: `url` as the application's role, `ownerUrl` as the one that may change the schema. */
export type TestDatabase = { readonly url: string; readonly ownerUrl: string; drop(): Promise<void> };

const ROOT = path.resolve(import.meta.dirname, "../..");
const MIGRATIONS = path.join(ROOT, "prisma/migrations");
const APPLICATION_ROLE = "scrip_app";
const APPLICATION_PASSWORD = "scrip_app";
// Test processes that find no template wait for the one that makes it.
const TEMPLATE_LOCK = 5_417_211;

let clones = 0;

/** The server that tests work on, as a role that may make databases. `npm test` starts one. */
export function testServer(): string {
  const server = process.env["SCRIP_TEST_SERVER"];
  if (server) return server;
  throw new Error("SCRIP_TEST_SERVER names no server: run `npm test -- <filter>`, which starts one");
}

/**
 * A migrated, empty database, cloned from a template in about 50 ms. Drop it when the file's tests are done.
 *
 * The template is made once a server and set of migrations.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = testServer();
  const template = await ensureTemplate(server);
  clones += 1;
  const name = `scrip_test_${process.pid}_${Date.now().toString(36)}_${clones}`;
  await withServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const ownerUrl = withDatabase(server, name);
  return {
    url: asApplication(ownerUrl),
    ownerUrl,
    async drop() {
      await withServer(server, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** The name of the server's migrated template, made if it isn't there. */
async function ensureTemplate(server: string): Promise<string> {
  const name = `scrip_template_${fingerprint()}`;
  await withServer(server, async (client) => {
    if (await exists(client, name)) return;
    await client.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    if (await exists(client, name)) return;
    await ensureApplicationRole(client);
    const unfinished = `${name}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    const ownerUrl = withDatabase(server, unfinished);
    await applyMigrations(ownerUrl, MIGRATIONS);
    await grantApplicationRole(ownerUrl, asApplication(ownerUrl));
    await client.query(`alter database ${unfinished} rename to ${name}`);
  });
  return name;
}

/** What the template is made of: another migration or another grant makes another template. */
function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(path.join(ROOT, "lib/db/grants.ts")));
  for (const migration of readMigrations(MIGRATIONS)) hash.update(migration.checksum);
  return hash.digest("hex").slice(0, 12);
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
  return rowCount === 1;
}

async function ensureApplicationRole(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [APPLICATION_ROLE]);
  const verb = rowCount === 0 ? "create" : "alter";
  await client.query(`${verb} role ${APPLICATION_ROLE} login password '${APPLICATION_PASSWORD}'`);
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

function asApplication(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.username = APPLICATION_ROLE;
  url.password = APPLICATION_PASSWORD;
  return url.href;
}

async function withServer<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Connections to a database as pg makes them. A database that is dropped while one of them still closes ends no test. */
export function rawPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString, max });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** A durable, migrated PostgreSQL of somebody's own, for what a shared or careless one would falsify. */
export type OwnPostgres = EmbeddedServer & { drop(): Promise<void> };

/** Start one in `home`, which is emptied first and removed by `drop`. */
export async function startOwnPostgres(home: string): Promise<OwnPostgres> {
  await endLeftOver(home);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const server = await startServer({ home });
  await applyMigrations(server.ownerUrl, "prisma/migrations");
  await migrateQueue(server.ownerUrl);
  await grantApplicationRole(server.ownerUrl, server.applicationUrl);
  return {
    ...server,
    async drop() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
