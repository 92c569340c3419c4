import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  changePassword,
  createDeviceToken,
  createSession,
  createUser,
  endAllSessions,
  endSession,
  ensureAdmin,
  findSession,
  hashPassword,
  listSessions,
  newDeviceToken,
  signUp,
  SignUpInput,
  updateUser,
  verifyCredentials,
  type User,
} from "@/lib/auth";
import { systemCtx } from "@/lib/ctx";
import { openDatabase, type Database } from "@/lib/db";
import { nowMs } from "@/lib/time";
import { testDatabase, type TestDatabase } from "@/tests/support/database";

const PASSWORD = "correct horse battery";
let home: TestDatabase;
let database: Database;
let passwordHash: string;
let users = 0;
const ctx = systemCtx("test", nowMs());

beforeAll(async () => {
  home = await testDatabase();
  database = openDatabase(home.url, 5);
  passwordHash = await hashPassword(PASSWORD);
});
afterAll(async () => {
  await database.close();
  await home.drop();
});

const aUser = (): Promise<User> => {
  users += 1;
  const email = `person${users}@example.test`;
  return database.inTransaction((tx) => createUser(tx, ctx, { email, passwordHash }));
};
const aSession = (user: User) =>
  database.inTransaction((tx) => createSession(tx, ctx, { userId: user.id, userAgent: "test" }));
const SECRET = "a secret of tests that is long enough";
const verify = (email: string, password = PASSWORD, origin = "192.0.2.1", token: string | null = null) =>
  verifyCredentials(database, { email, password, origin, device: { secret: SECRET, token } });

/** What a browser is known by once it has signed in. */
async function aDevice(user: User): Promise<string> {
  const signedIn = await verify(user.email, PASSWORD, "192.0.2.77");
  if (signedIn.outcome !== "verified") throw new Error(`the sign-in was ${signedIn.outcome}`);
  return signedIn.deviceToken;
}

describe("a browser that has signed in before", () => {
  test("passes where others behind its address are locked out, at the address or at the account", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const device = await aDevice(user);
    const office = "198.51.100.70";
    for (let i = 0; i < 10; i++) await verify(user.email, "guess", office);
    for (let i = 0; i < 100; i++) await verify(`guessed${i}@example.test`, "guess", office);
    expect(await verify(user.email, PASSWORD, office)).toMatchObject({ outcome: "throttled" });
    expect(await verify(other.email, PASSWORD, office)).toMatchObject({ outcome: "throttled" });
    expect(await verify(user.email, PASSWORD, office, device)).toMatchObject({ outcome: "verified" });
  });

  test("guesses no more than ten times at its account either, at once too, while the owner signs in elsewhere", async () => {
    const user = await aUser();
    const device = await aDevice(user);
    const guesses = await Promise.all(
      Array.from({ length: 14 }, () => verify(user.email, "guess", "198.51.100.71", device)),
    );
    expect(guesses.filter(({ outcome }) => outcome === "wrong")).toHaveLength(10);
    expect(await verify(user.email, PASSWORD, "198.51.100.71", device)).toMatchObject({ outcome: "throttled" });
    expect(await verify(user.email, PASSWORD, "203.0.113.71")).toMatchObject({ outcome: "verified" });
  });

  test("isn't known by another account's token, one of an old password, of another secret, or a changed one", async () => {
    const [user, other] = [await aUser(), await aUser()];
    const device = await aDevice(user);
    const foreign = newDeviceToken("another secret that is long enough", {
      user,
      passwordHash,
      sessionEpoch: 0,
    });
    const office = "198.51.100.72";
    for (let i = 0; i < 10; i++) await verify(user.email, "guess", office);
    for (const token of [await aDevice(other), foreign, `x${device.slice(1)}`, `${device}x`, "", "."]) {
      expect(await verify(user.email, PASSWORD, office, token)).toMatchObject({ outcome: "throttled" });
    }
    const change = {
      userId: user.id,
      passwordHash: await hashPassword("another good password"),
      exceptSessionId: null,
    };
    await database.inTransaction((tx) => changePassword(tx, ctx, change));
    expect(await verify(user.email, "another good password", office, device)).toMatchObject({ outcome: "throttled" });
  });

  test("isn't known any longer once the account is signed out everywhere, but for the browser that did it", async () => {
    const user = await aUser();
    const [here, elsewhere] = [await aSession(user), await aSession(user)];
    const old = await aDevice(user);
    const renewed = await database.inTransaction(async (tx) => {
      await endAllSessions(tx, ctx, { userId: user.id, exceptSessionId: here.id });
      return createDeviceToken(tx, SECRET, user.id);
    });
    expect(await findSession(database.reader, ctx.nowMs, elsewhere.id)).toBeNull();
    const office = "198.51.100.73";
    for (let i = 0; i < 10; i++) await verify(user.email, "guess", office);
    expect(await verify(user.email, PASSWORD, office, old)).toMatchObject({ outcome: "throttled" });
    expect(await verify(user.email, PASSWORD, office, renewed)).toMatchObject({ outcome: "verified" });
  });

  test("that lost its session only is known still", async () => {
    const user = await aUser();
    const [session, device] = [await aSession(user), await aDevice(user)];
    await database.inTransaction((tx) => endSession(tx, ctx, { userId: user.id, sessionId: session.id }));
    const office = "198.51.100.74";
    for (let i = 0; i < 10; i++) await verify(user.email, "guess", office);
    expect(await verify(user.email, PASSWORD, office, device)).toMatchObject({ outcome: "verified" });
  });
});

describe("signing in", () => {
  test("takes the address in any case, and the right password only", async () => {
    const user = await aUser();
    expect(await verify(` ${user.email.toUpperCase()} `)).toMatchObject({ outcome: "verified", user: { id: user.id } });
    expect(await verify(user.email, "wrong")).toEqual({ outcome: "wrong" });
    expect(await verify("nobody@example.test")).toEqual({ outcome: "wrong" });
  });

  test("takes as long for an address that nobody has as for a wrong password", async () => {
    const { email } = await aUser();
    // Of processor time, which nobody else on the machine stretches.
    const timeOf = async (address: string): Promise<number> => {
      const before = process.cpuUsage();
      await verify(address, "wrong", "192.0.2.9");
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const times: { known: number; unknown: number }[] = [];
    while (times.length < 9) times.push({ known: await timeOf(email), unknown: await timeOf("nobody@example.test") });
    const known = Math.min(...times.map((turn) => turn.known));
    const unknown = Math.min(...times.map((turn) => turn.unknown));
    expect(Math.min(known, unknown) / Math.max(known, unknown)).toBeGreaterThan(0.4);
  });

  test("is stopped for who guesses, and for nobody elsewhere", async () => {
    const user = await aUser();
    for (let i = 0; i < 10; i++) await verify(user.email, "guess", "198.51.100.7");
    expect(await verify(user.email, PASSWORD, "198.51.100.7")).toMatchObject({ outcome: "throttled" });
    expect(await verify(user.email, PASSWORD, "203.0.113.5")).toMatchObject({ outcome: "verified" });
  });

  test("is stopped for who guesses many times at once, too", async () => {
    const user = await aUser();
    const guesses = await Promise.all(Array.from({ length: 40 }, () => verify(user.email, "guess", "198.51.100.8")));
    expect(guesses.filter(({ outcome }) => outcome === "wrong").length).toBe(10);
  });

  test("counts against an origin only what failed", async () => {
    const user = await aUser();
    for (let batch = 0; batch < 13; batch++) {
      const eight = Array.from({ length: 8 }, () => verify(user.email, PASSWORD, "198.51.100.9"));
      expect(new Set((await Promise.all(eight)).map(({ outcome }) => outcome))).toEqual(new Set(["verified"]));
    }
  });

  test("is refused to the suspended, and only after the right password", async () => {
    const user = await aUser();
    await database.inTransaction((tx) => updateUser(tx, ctx, { userId: user.id, isSuspended: true, reason: "Abuse" }));
    expect(await verify(user.email)).toEqual({ outcome: "suspended", reason: "Abuse" });
    expect(await verify(user.email, "wrong")).toEqual({ outcome: "wrong" });
  });
});

describe("a session", () => {
  test("is found until it is ended, expires, or its user is suspended", async () => {
    const user = await aUser();
    const session = await aSession(user);
    const find = (atMs = ctx.nowMs) => findSession(database.reader, atMs, session.id);
    expect((await find())?.user.id).toBe(user.id);
    expect(await find(session.expiresMs)).toBeNull();
    await database.inTransaction((tx) => endSession(tx, ctx, { userId: user.id, sessionId: session.id }));
    expect(await find()).toBeNull();
  });

  test("of another can't be ended", async () => {
    const [ada, bo] = [await aUser(), await aUser()];
    const session = await aSession(ada);
    await database.inTransaction((tx) => endSession(tx, ctx, { userId: bo.id, sessionId: session.id }));
    await database.inTransaction((tx) => endAllSessions(tx, ctx, { userId: bo.id, exceptSessionId: null }));
    expect(await findSession(database.reader, ctx.nowMs, session.id)).not.toBeNull();
  });

  test("is ended everywhere by a changed password, but for the one that changed it", async () => {
    const user = await aUser();
    const [here] = [await aSession(user), await aSession(user), await aSession(user)];
    const newHash = await hashPassword("another password");
    await database.inTransaction((tx) =>
      changePassword(tx, ctx, { userId: user.id, passwordHash: newHash, exceptSessionId: here.id }),
    );
    expect((await listSessions(database.reader, ctx.nowMs, user.id)).map(({ id }) => id)).toEqual([here.id]);
    expect(await verify(user.email)).toEqual({ outcome: "wrong" });
    expect((await verify(user.email, "another password")).outcome).toBe("verified");
  });
});

describe("signing up", () => {
  const signUpAs = (email: string, referred: string | null = null) =>
    database.inTransaction((tx) =>
      signUp(tx, ctx, {
        email,
        passwordHash,
        time_zone: "Asia/Tokyo",
        locale: "en",
        referred_by: referred,
        userAgent: null,
      }),
    );

  test("makes an account with an empty wallet and a session", async () => {
    const { user, session } = await signUpAs("new@example.test");
    expect(user).toMatchObject({ role: "user", timeZone: "Asia/Tokyo", emailVerifiedMs: null });
    expect((await findSession(database.reader, ctx.nowMs, session.id))?.user.id).toBe(user.id);
    const { rows } = await database.pool.query("select * from books.wallet where id = $1", [user.walletId]);
    expect(rows).toMatchObject([{ promo: 0n, purchased: 0n, held: 0n, debt: 0n, advance_limit: 0n }]);
  });

  test("twice with one address makes one account and one wallet", async () => {
    const wallets = async () => (await database.pool.query("select from books.wallet")).rowCount;
    const before = (await wallets()) ?? 0;
    const both = await Promise.allSettled([signUpAs("race@example.test"), signUpAs("race@example.test")]);
    expect(both.map(({ status }) => status)).toEqual(expect.arrayContaining(["fulfilled", "rejected"]));
    await expect(signUpAs("RACE@example.test")).rejects.toMatchObject({ code: "state_conflict" });
    expect(await wallets()).toBe(before + 1);
  });

  test("isn't for the address of the operator's key", () => {
    const emails = ["Operator@Scrip.invalid", "operator@example.test"];
    const fits = emails.map((email) => SignUpInput.safeParse({ email, password: PASSWORD }).success);
    expect(fits).toEqual([false, true]);
  });

  test("by a friend's link attaches to them, and by a stale one to nobody", async () => {
    const friend = await aUser();
    const { user } = await signUpAs("invited@example.test", friend.referralCode);
    const { user: stray } = await signUpAs("stray@example.test", "gone");
    const { rows } = await database.pool.query<{ id: string; by: string | null }>(
      `select id, referred_by_id as by from "user" where id = any ($1)`,
      [[user.id, stray.id]],
    );
    expect(new Map(rows.map(({ id, by }) => [id, by]))).toEqual(
      new Map([
        [user.id, friend.id],
        [stray.id, null],
      ]),
    );
  });
});

test("the operator's admin is made once, and made an admin again where they aren't one", async () => {
  const ensure = () =>
    database.inTransaction((tx) => ensureAdmin(tx, ctx, { email: "Root@example.test", passwordHash }));
  const first = await ensure();
  expect([first.role, first.email]).toEqual(["admin", "root@example.test"]);
  await database.inTransaction((tx) => updateUser(tx, ctx, { userId: first.id, role: "user", reason: null }));
  expect(await ensure()).toMatchObject({ id: first.id, role: "admin" });
});

describe("a password", () => {
  const parse = (password: string) => SignUpInput.safeParse({ email: "new@example.test", password });
  test.each(["password123", "PassWord1234", "p@ssw0rd", "qwertyuiop", "aaaaaaaaaaaaaaaa"])(
    "that is common is refused, in whatever case: %s",
    (password) => {
      expect(parse(password).error?.issues.map(({ message }) => message)).toEqual([
        "is one of the most common passwords: choose another one",
      ]);
    },
  );
  test.each(["correct horse battery", "Pr0be-6fd1", "8d0b6c4e7a1f4c0c", "Sommer am See 1998"])(
    "that isn't common is taken: %s",
    (password) => expect(parse(password).success).toBe(true),
  );
});
