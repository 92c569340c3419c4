import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, hashPassword, verifyCredentials } from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { type Database, openDatabase } from "@/lib/db";
import { nowMs } from "@/lib/time";
import { testDatabase, type TestDatabase } from "@/tests/support/database";

const PASSWORD = "correct horse battery";
const EMAIL = "limited@example.test";
let home: TestDatabase;
/** Two web processes' connections. */
let processes: [Database, Database];
beforeAll(async () => {
  home = await testDatabase();
  processes = [openDatabase(home.url, 5), openDatabase(home.url, 5)];
  const passwordHash = await hashPassword(PASSWORD);
  await processes[0].inTransaction((tx) => createUser(tx, systemCtx("test", nowMs()), { email: EMAIL, passwordHash }));
});
afterAll(async () => {
  for (const one of processes) await one.close();
  await home.drop();
});

const verify = (database: Database, password: string, origin: string) =>
  verifyCredentials(database, {
    email: EMAIL,
    password,
    origin,
    device: { secret: "a secret of tests that is long enough", token: null },
  });

test("wrong passwords are counted by all web processes together, many at once too", async () => {
  const [one, other] = processes;
  const origin = "203.0.113.9";
  const guesses = await Promise.all(
    Array.from({ length: 20 }, (_, index) => verify(index % 2 === 0 ? one : other, "guess", origin)),
  );
  expect(guesses.filter(({ outcome }) => outcome === "wrong")).toHaveLength(10);
  for (const database of processes) {
    expect(await verify(database, PASSWORD, origin)).toMatchObject({ outcome: "throttled" });
    expect(await verify(database, PASSWORD, "203.0.113.10")).toMatchObject({ outcome: "verified" });
  }
});

test("neither addresses nor e-mail addresses are stored with the counts", async () => {
  await verify(processes[0], "guess", "203.0.113.11");
  const { rows } = await processes[0].pool.query<{ key: string }>("select key from login_attempt");
  expect(rows.length).toBeGreaterThan(0);
  for (const { key } of rows) expect(key).toMatch(/^(pair|origin|device):[\w-]{43}$/);
});
