import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { countTokens } from "gpt-tokenizer/encoding/cl100k_base";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@/lib/db";
import { createBooks, keepLease, type Lease, listTransfers, readBalance, verifyLedger } from "@/lib/ledger";
import { listUsage } from "@/lib/usage";
import { recoverHolds } from "@/lib/recovery";
import { micros } from "@/lib/money";
import { nowMs } from "@/lib/time";
import { useVault } from "@/lib/vault";
import { aSupplier, beginStream, FINISHED, reporting, saying, sendJson, usageOf } from "../../support/a-supplier";
import { bundle, startGateway, type Worker } from "../../support/worker";
import { type TestDatabase, testDatabase } from "../../support/database";
import { type Caller, stageCallers, stageModel, stageSupply } from "../../support/stage";
import { until } from "../../support/until";

const FOLDER = `.scrip/test-stalled-${process.pid}`;
const CREDITS = micros(1_000_000_000n);
// Longer than a busy machine lets a process wait, and short enough to wait for.
const LEASE = { ttlMs: 6_000, renewMs: 200, checksApartMs: 300 };
const NEVER_MS = 3_600_000;
/** Told once, long before it would be told again. */
const ONCE_MS = 2_000;
const ASK = { model: "gpt-4", messages: [{ role: "user", content: "Count." }], max_tokens: 4_000, stream: true };

const supplier = aSupplier();
const masterKey = { id: "stalled", key: randomBytes(32) };
let own: TestDatabase;
let database: Database;
let lease: Lease;
let files: Record<string, string>;
let gateway: Worker | undefined;

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  files = await bundle(`${FOLDER}/dist`, {
    gateway: "tests/chaos/processes/gateway.ts",
    dying: "tests/chaos/processes/dying-gateway.ts",
  });
  own = await testDatabase();
  database = openDatabase(own.url, 5);
  useVault([masterKey]);
  await stageModel(database);
  await stageSupply(database, ["sk-stalled-1"]);
  lease = await keepLease(database.pool, "reaper", { renewMs: 200 });
});
afterEach(async () => {
  await gateway?.kill();
  gateway = undefined;
});
afterAll(async () => {
  await lease?.close();
  await database?.close();
  await own?.drop();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** A gateway process of its own, with a lease that a test can wait for. */
async function aGatewayProcess(kind: "gateway" | "dying", checkpointMs = NEVER_MS): Promise<Worker> {
  gateway = await startGateway({
    file: files[kind] ?? "",
    databaseUrl: own.url,
    masterKey,
    openAiBaseUrl: supplier.url(),
    logFile: `${FOLDER}/${kind}.log`,
    env: {
      CHAOS_leaseTtlMs: String(LEASE.ttlMs),
      CHAOS_leaseRenewMs: String(LEASE.renewMs),
      CHAOS_checkpointMs: String(checkpointMs),
      CHAOS_tickMs: "100",
    },
  });
  return gateway;
}

async function aCaller(): Promise<Caller> {
  const [caller] = await stageCallers(database, 1, CREDITS);
  if (!caller) throw new Error("no caller was made");
  return caller;
}

/** A call whose reply is read as it comes. */
function call({ url }: Worker, { secret }: Caller, ask: object, headers: Record<string, string> = {}) {
  const heard = { text: "", status: 0, hasEnded: false, headers: {} as IncomingMessage["headers"] };
  const end = (): void => void (heard.hasEnded = true);
  const made = request(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${secret}`, ...headers },
  });
  made.on("response", (response) => {
    Object.assign(heard, { status: response.statusCode, headers: response.headers });
    response.on("data", (chunk: Buffer) => (heard.text += chunk.toString()));
    response.on("error", end).on("close", end);
  });
  made.on("error", end);
  made.end(JSON.stringify(ask));
  return heard;
}

const said = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta?.content ?? "")
    .join("");

/** A supplier that goes on and on, and notes what it has said and whether its call was ended. */
function aSpeaker() {
  const spoken = { words: 0, isCut: false };
  supplier.play((response) => {
    beginStream(response);
    const timer = setInterval(() => response.write(saying(`${spoken.words++} `)), 5);
    response.on("close", () => {
      clearInterval(timer);
      spoken.isCut = true;
    });
  });
  return spoken;
}

const recordsOf = ({ wallet }: Caller) =>
  listUsage(
    database.reader,
    { wallet, fromMs: null, toMs: null, model: null, apiKeyId: null, status: null },
    { limit: 10, after: null },
  );
const spentOf = async ({ wallet }: Caller) => CREDITS - (await readBalance(database.reader, wallet)).availableMicros;

/** What its gateway's stream had delivered is what is charged, to the token, and the caller is told that it broke off. */
async function expectChargedAsDelivered(caller: Caller, text: string): Promise<void> {
  expect(text).toContain('"code":"unavailable"');
  expect(text).not.toContain("[DONE]");
  const delivered = countTokens(said(text));
  expect(delivered).toBeGreaterThan(0);
  await until(async () => (await recordsOf(caller))[0]?.meters["output_tokens"] === delivered, "it is charged", 20_000);
  const [record] = await recordsOf(caller);
  const tokens = Number(record?.meters["input_tokens"]) + delivered;
  expect(record).toMatchObject({ status: "interrupted", isEstimated: true, chargeMicros: BigInt(tokens) * 5_000n });
  expect(await spentOf(caller)).toBe(record?.chargeMicros);
}

const wordsOf = (text: string): number => said(text).split(" ").length;
async function hasCheckpoint({ wallet }: Caller): Promise<boolean> {
  const told = "select from books.hold where wallet = $1 and checkpoint_micros > 0";
  return (await database.pool.query(told, [wallet])).rowCount === 1;
}

/** It may be stopped in the very moment that it passes a chunk on, which is charged like all that left. */
const IN_PASSING = 20;

/** Streams to a caller, and stops the gateway in the midst of it while the supplier goes on. */
async function stallMidStream(checkpointMs: number) {
  const [worker, caller, spoken] = [await aGatewayProcess("gateway", checkpointMs), await aCaller(), aSpeaker()];
  const heard = call(worker, caller, ASK);
  await until(() => wordsOf(heard.text) > 3, "the stream is under way", 30_000);
  if (checkpointMs < NEVER_MS) await until(() => hasCheckpoint(caller), "what was used is noted", 20_000);
  const words = wordsOf(heard.text);
  await until(() => wordsOf(heard.text) > words + 3, "it goes on", 20_000);
  process.kill(worker.pid, "SIGSTOP");
  const spokenThen = spoken.words;
  return { worker, caller, spoken, spokenThen, heard };
}

/** Continue a stalled gateway once there is a backlog: it passes none of it on, and charges what it had delivered. */
async function expectNoBacklogPassed(stall: Awaited<ReturnType<typeof stallMidStream>>): Promise<void> {
  const { worker, caller, spoken, spokenThen, heard } = stall;
  await until(() => spoken.words > spokenThen + 100, "there is a backlog", 20_000);
  const before = heard.text;
  process.kill(worker.pid, "SIGCONT");
  await until(() => heard.hasEnded, "the stream ends", 20_000);
  expect(wordsOf(heard.text) - wordsOf(before)).toBeLessThanOrEqual(IN_PASSING);
  expect(said(heard.text)).toContain(said(before));
  await until(() => spoken.isCut, "the supplier's call is ended");
  await expectChargedAsDelivered(caller, heard.text);
}

/** Have the hold of a caller's request ended by others, as crash recovery does. */
async function othersEndHoldOf(caller: Caller): Promise<void> {
  const books = createBooks(database.pool, lease);
  const isEnded = async (): Promise<boolean> => {
    await recoverHolds(database, books, LEASE);
    return (await recordsOf(caller)).length === 1;
  };
  await until(isEnded, "others end its hold", 30_000);
}

describe("a gateway that stands still for longer than its lease", () => {
  it.each([
    ["from nothing, before its first checkpoint", NEVER_MS],
    ["beside its checkpoint", ONCE_MS],
  ])(
    "passes nothing on of what came meanwhile, and what it had delivered is charged late: %s",
    async (_, checkpointMs) => {
      const stall = await stallMidStream(checkpointMs);
      const { caller } = stall;
      await othersEndHoldOf(caller);
      await expectNoBacklogPassed(stall);
      const [record] = await recordsOf(caller);
      expect(record?.lateMs).not.toBeNull();
      const charges = await listTransfers(database.reader, {
        wallet: caller.wallet,
        before: null,
        limit: 10,
        kind: "charge",
      });
      expect(charges[0]).toMatchObject({ refType: "request", refId: record?.id });
    },
  );

  it("passes nothing on either where nobody has ended its hold yet, and charges what it had delivered", async () => {
    const stall = await stallMidStream(NEVER_MS);
    const stoppedMs = nowMs();
    await until(() => nowMs() - stoppedMs > LEASE.ttlMs, "its lease has lapsed");
    await expectNoBacklogPassed(stall);
    expect((await recordsOf(stall.caller))[0]?.lateMs).toBeNull();
  });

  it("goes on where it left off after a moment within its lease", async () => {
    const [worker, caller] = [await aGatewayProcess("gateway"), await aCaller()];
    let goOn: () => void = () => undefined;
    supplier.play((response) => {
      beginStream(response);
      response.write(saying("one "));
      goOn = () => response.end(saying("two") + FINISHED + reporting(10, 20));
    });
    const heard = call(worker, caller, ASK);
    await until(() => said(heard.text) === "one ", "the stream is under way", 30_000);
    process.kill(worker.pid, "SIGSTOP");
    goOn();
    process.kill(worker.pid, "SIGCONT");
    await until(() => heard.hasEnded, "the stream ends", 20_000);
    expect(heard.text).toContain("[DONE]");
    expect(said(heard.text)).toBe("one two");
    expect(await recordsOf(caller)).toMatchObject([{ status: "ok", chargeMicros: 150_000n, lateMs: null }]);
  });

  it("gives no whole reply for nothing: where others released its hold, the caller is refused and pays nothing", async () => {
    const [worker, caller] = [await aGatewayProcess("gateway"), await aCaller()];
    let answer: (() => void) | undefined;
    supplier.play((response) => {
      answer = () => sendJson(response, 200, { choices: [{ message: { content: "Two." } }], usage: usageOf(10, 20) });
    });
    const heard = call(worker, caller, { ...ASK, stream: false });
    await until(() => answer !== undefined, "the supplier has it", 30_000);
    process.kill(worker.pid, "SIGSTOP");
    answer?.();
    await othersEndHoldOf(caller);
    process.kill(worker.pid, "SIGCONT");
    await until(() => heard.hasEnded, "the call ends", 20_000);
    expect(heard.status).toBe(503);
    expect(heard.text).not.toContain("Two.");
    expect(await spentOf(caller)).toBe(0n);
  });
});

describe("a gateway that is killed between a settlement's commit and the first byte after it", () => {
  it.each([false, true])(
    "has kept the reply where a key was given: the next try gets it, uncharged (streamed: %s)",
    async (stream) => {
      const [dying, caller] = [await aGatewayProcess("dying"), await aCaller()];
      supplier.play((response) => {
        if (!stream)
          return sendJson(response, 200, { choices: [{ message: { content: "Two." } }], usage: usageOf(10, 20) });
        beginStream(response);
        response.end(saying("Two.") + FINISHED + reporting(10, 20));
      });
      const key = { "idempotency-key": `killed-${stream}` };
      const first = call(dying, caller, { ...ASK, stream }, key);
      await until(() => first.hasEnded, "the connection is gone", 30_000);
      expect(first.text).not.toContain(stream ? "[DONE]" : "Two.");
      await until(() => dying.child.signalCode === "SIGKILL", "the gateway is gone");
      expect(await recordsOf(caller)).toMatchObject([{ chargeMicros: 150_000n }]);

      supplier.play((response) => sendJson(response, 500, {}));
      const again = call(await aGatewayProcess("gateway"), caller, { ...ASK, stream }, key);
      await until(() => again.hasEnded, "the second try ends", 30_000);
      expect([again.status, again.headers["idempotent-replayed"]]).toEqual([200, "true"]);
      expect(again.text).toContain("Two.");
      expect(again.text).toContain(stream ? "[DONE]" : '"credits":0.15');
      expect(await recordsOf(caller)).toHaveLength(1);
      expect(await spentOf(caller)).toBe(150_000n);
    },
  );
});

it("and after all of it the ledger verifies", async () => {
  expect((await verifyLedger(database)).violations).toEqual([]);
});
