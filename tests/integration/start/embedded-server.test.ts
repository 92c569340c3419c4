import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspectServer } from "@/lib/db/server-settings";
import { commandOf, startOf } from "@/scripts/processes";
import { postmasterPid, postgresHome, removeHome } from "@/scripts/postgres/home";
import { endLeftOver, runningServer, startServer, type EmbeddedServer } from "@/scripts/postgres/server";
import { testServer } from "../../support/database";
import { until } from "../../support/until";

const HOME = `.scrip/test-embedded-${process.pid}`;

async function valueOf(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}
const setting = (url: string, name: string): Promise<unknown> =>
  valueOf(url, `select current_setting('${name}') as value`);

describe("the embedded PostgreSQL", () => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    mkdirSync(HOME, { recursive: true });
    server = await startServer({ home: HOME });
  });
  afterAll(async () => {
    await server.stop();
    removeHome(HOME);
  });

  test("listens on 127.0.0.1 alone, with no socket in the file system", async () => {
    expect(await setting(server.ownerUrl, "listen_addresses")).toBe("127.0.0.1");
    expect(await setting(server.ownerUrl, "unix_socket_directories")).toBe("");
  });

  test("lets nobody in without the password", async () => {
    const url = new URL(server.ownerUrl);
    url.password = "guessed";
    await expect(valueOf(url.href, "select 1 as value")).rejects.toThrow(/password authentication failed/);
    expect(await setting(server.ownerUrl, "password_encryption")).toBe("scram-sha-256");
  });

  test("keeps what was committed, and knows when a page was changed under it", async () => {
    expect(await inspectServer(server.applicationUrl)).toMatchObject({ refusals: [], warnings: [] });
    expect(await setting(server.ownerUrl, "max_connections")).toBe("200");
  });

  test("has an owner and an application, and the application makes nothing of its own", async () => {
    expect(await valueOf(server.ownerUrl, "select current_user as value")).toBe("scrip_owner");
    expect(
      await valueOf(server.applicationUrl, "select rolsuper as value from pg_roles where rolname = current_user"),
    ).toBe(false);
  });

  test("writes its passwords for nobody else to read", () => {
    expect(statSync(path.join(HOME, "postgres.json")).mode & 0o777).toBe(0o600);
  });

  test("keeps its port and its passwords to its next start", async () => {
    await server.stop();
    expect(runningServer(HOME)).toBeNull();
    const { ownerUrl } = server;
    server = await startServer({ home: HOME });
    expect([server.ownerUrl, server.isNew]).toEqual([ownerUrl, false]);
  });

  test("is ended by the next start where it was left behind", async () => {
    const { pid } = server;
    expect(runningServer(HOME)).toBe(pid);
    expect(await endLeftOver(HOME)).toBe(true);
    expect(startOf(pid)).toBeNull();
    server = await startServer({ home: HOME });
  });
});

describe("a server that may lose what it acknowledged", () => {
  test("is refused, with each setting named", async () => {
    // The server of the tests is a careless one.
    const { refusals } = await inspectServer(testServer());
    for (const name of ["fsync", "full_page_writes", "synchronous_commit"]) {
      expect(refusals.some((refusal) => refusal.startsWith(`${name} is off`))).toBe(true);
    }
  });
});

describe("a server whose starter was killed", () => {
  test("is ended by its guard", async () => {
    const home = `${HOME}-orphan`;
    mkdirSync(home, { recursive: true });
    const script = `import { startServer } from ${JSON.stringify(path.resolve("scripts/postgres/server.ts"))};
      await startServer({ home: ${JSON.stringify(home)}, isThrowaway: true }); process.stdout.write("started\\n"); setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(starter.stdout, "data");
    const { data } = postgresHome(home);
    const pid = postmasterPid(data) ?? 0;
    expect(commandOf(pid)).toContain(data);
    starter.kill("SIGKILL");
    await until(() => startOf(pid) === null, "the server is gone", 15_000);
    removeHome(home);
    expect(existsSync(home)).toBe(false);
  });
});
