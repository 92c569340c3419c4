import OpenAI from "openai";
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import { type Database, openDatabase } from "@/lib/db";
import { readBalance } from "@/lib/ledger";
import { listUsage, readAnyUsage, type UsageRecord } from "@/lib/usage";
import { randomText } from "@/lib/ids";
import { micros } from "@/lib/money";
import { openLog } from "@/lib/log";
import { useVault } from "@/lib/vault";
import type { Timings } from "../../workers/gateway/limits";
import { type RunningGateway, startGateway } from "../../workers/gateway/start-gateway";
import { type TestDatabase, testDatabase } from "./database";
import { aSandbox } from "./sandbox";
import { type Caller, stageCallers, stageModel, stageSupply } from "./stage";
import { testMasterKeys } from "./supply";
import { until } from "./until";

export const CREDIT = 1_000_000n;

/** What a raw call of the gateway answered; `isCut` where its connection broke off before the body's end. */
export type Answer = {
  status: number;
  headers: Headers;
  text: string;
  isCut: boolean;
  json: { error?: Record<string, unknown> };
};

/** As much of a body as came. */
export async function readText(response: Response): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk as Uint8Array);
    return { text: Buffer.concat(chunks).toString(), isCut: false };
  } catch {
    return { text: Buffer.concat(chunks).toString(), isCut: true };
  }
}

/**
 * A gateway of the test file's own over a database of its own, with a sandbox behind it and one model, `gpt-4`, at
 * 5 credits per 1,000 tokens in whole credits. `supplier` is the address of one of the test's own in the sandbox's place,
 * `providers` are further ones that it stands for, `collector` that of one for traces.
 */
type GatewayFixture = {
  keys?: string[];
  timings?: Partial<Timings>;
  supplier?: () => string;
  providers?: string[];
  collector?: () => string;
  webPortSecret?: string;
};
export function aGateway(options: GatewayFixture = {}) {
  const sandbox = aSandbox();
  let own: TestDatabase;
  let database: Database;
  let gateway: RunningGateway;
  beforeAll(async () => {
    process.env["LOG_LEVEL"] ??= "silent";
    own = await testDatabase();
    database = openDatabase(own.url, 5);
    const vault = useVault(testMasterKeys());
    await stageModel(database, 1);
    await stageSupply(database, options.keys ?? ["sk-sandbox-openai-500usd"]);
    gateway = await startGateway({
      database,
      vault,
      log: openLog("gateway"),
      host: "127.0.0.1",
      port: 0,
      baseUrls: new Map(
        ["openai", ...(options.providers ?? [])].map((id) => [
          id,
          options.supplier?.() ?? `${sandbox.url()}/openai/v1`,
        ]),
      ),
      trustedProxies: [],
      appUrl: "https://scrip.example",
      gatewayUrl: "https://api.scrip.example",
      otelEndpoint: options.collector?.(),
      webPortSecret: options.webPortSecret,
      // What a test has just put is to be found, however long a busy database takes.
      timings: { stopMs: 5_000, refreshMs: 20_000, ...options.timings },
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await database?.close();
    await own?.drop();
  });

  const post = async (secret: string | null, body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(secret !== null && { authorization: `Bearer ${secret}` }),
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const { text, isCut } = await readText(response);
    const isJson = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      headers: response.headers,
      text,
      isCut,
      json: isJson ? (JSON.parse(text) as Answer["json"]) : {},
    };
  };
  const dispatched = async (): Promise<number> => {
    const shown = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/scrip_gateway_added_latency_ms_count\{part="before"\} (\d+)/.exec(shown)?.[1] ?? 0);
  };
  const balance = (caller: Caller) => readBalance(database.reader, caller.wallet);
  /** Records of requests that something was reserved for: those that were refused before come a second later. */
  const records = async (caller: Caller): Promise<UsageRecord[]> => {
    const filter = { wallet: caller.wallet, fromMs: null, toMs: null, model: null, apiKeyId: null, status: null };
    const all = await listUsage(database.reader, filter, { limit: 100, after: null });
    return all.filter(({ message }) => message === null);
  };
  /** How the tries of a caller's latest request came out, as admins see them. */
  const tries = async (caller: Caller): Promise<string[]> => {
    const [record] = await readAnyUsage(database.reader, { wallets: [caller.wallet] }, { limit: 1, after: null });
    return (record?.tries ?? []).map(({ outcome }) => outcome);
  };
  return {
    sandbox,
    post,
    balance,
    records,
    tries,
    url: () => gateway.url,
    ownerUrl: () => own.ownerUrl,
    database: () => database,
    /** How many requests went out to suppliers so far. */
    dispatched,
    /** Make a call whose supplier takes a minute, and disconnect once that has the request. */
    abandon: async ({ secret }: Caller, body: object, headers: Record<string, string> = {}): Promise<void> => {
      await sandbox.controls().next({ delay_ms: 60_000 });
      const before = await dispatched();
      const stop = new AbortController();
      const call = fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, ...headers },
        body: JSON.stringify(body),
        signal: stop.signal,
      });
      await until(async () => (await dispatched()) > before, "the supplier has the request");
      stop.abort();
      await call.then(
        () => Promise.reject(new Error("the call was answered")),
        () => undefined,
      );
    },
    /** Change what no verb changes that way, as the schema's owner. */
    asOwner: async (statement: string, values: unknown[]): Promise<void> => {
      const owner = new pg.Client({ connectionString: own.ownerUrl });
      await owner.connect();
      try {
        await owner.query(statement, values);
      } finally {
        await owner.end();
      }
    },
    gateway: () => gateway,
    /** Take all suppliers' keys out and put so many new ones in, each with an account of its own. */
    freshKeys: async (count: number): Promise<string[]> => {
      const secrets = Array.from({ length: count }, () => `sk-sandbox-openai-500usd-${randomText(8)}-a`);
      await database.pool.query("delete from pool_key");
      await stageSupply(database, secrets);
      await gateway.refresh();
      return secrets;
    },
    caller: async (credits = 1_000n): Promise<Caller> => {
      const [caller] = await stageCallers(database, 1, micros(credits * CREDIT));
      if (!caller) throw new Error("no caller was made");
      return caller;
    },
    client: ({ secret }: Caller, base = gateway.url) =>
      new OpenAI({ apiKey: secret, baseURL: `${base}/v1`, maxRetries: 0 }),
    /** Wait until nothing is held, then answer what was spent of so many credits. Units: microcredits. */
    spent: async (caller: Caller, credits = 1_000n): Promise<bigint> => {
      await until(async () => (await balance(caller)).heldMicros === 0n, "nothing is held");
      return credits * CREDIT - (await balance(caller)).availableMicros;
    },
  };
}
