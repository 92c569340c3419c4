import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { openDatabase, type Database } from "@/lib/db";
import { micros } from "@/lib/money";
import { useVault } from "@/lib/vault";
import { bundle, startGateway, startWorker, type Worker } from "../support/worker";
import { startOwnPostgres } from "../support/database";
import { stageCallers, stageModel, stageSupply, type Caller } from "../support/stage";
import { startLoadMaker, type LoadMaker } from "./load-maker";
import { installPortkey, portkeyHeaders, startPortkey } from "./portkey";
import { chatRequest } from "./requests";
import type { Subject } from "./subject";

const FOLDER = ".scrip/bench";
const ACCOUNTS = 64;
const CREDITS_EACH = micros(10n ** 15n);
const MAKER_CORE = "1";

/** All that the rows are measured on. */
export type Bench = {
  owner: Database;
  application: Database;
  callers: Caller[];
  maker: LoadMaker;
  gateway: Subject;
  bare: Subject;
  portkey: Subject | null;
  close(): Promise<void>;
};

/** The core that the load maker keeps to; null where the system can't keep a process to one. */
export const makerCore = (): string | null => (existsSync("/usr/bin/taskset") ? MAKER_CORE : null);

const subjectOf = (
  name: string,
  worker: Worker,
  secrets: readonly string[],
  headers: Record<string, string> = {},
): Subject => ({
  name,
  worker,
  whole: secrets.map((secret) => chatRequest(secret, "whole", headers)),
  streamed: secrets.map((secret) => chatRequest(secret, "streamed", headers)),
  held: secrets.map((secret) => chatRequest(secret, "held", headers)),
});

/** Start all of it: PostgreSQL, the load maker, the gateway, the bare pass-through and Portkey. */
export async function prepareBench(say: (text: string) => void): Promise<Bench> {
  mkdirSync(FOLDER, { recursive: true });
  const files = await bundle(`${FOLDER}/dist`, {
    generator: "tests/load/generator.ts",
    bare: "tests/load/bare.ts",
    gateway: "workers/gateway.ts",
  });
  const portkeyFile = installPortkey(`${FOLDER}/portkey`, say);
  const server = await startOwnPostgres(`${FOLDER}/postgres`);
  const [owner, application] = [openDatabase(server.ownerUrl, 2), openDatabase(server.applicationUrl, 4)];
  const masterKey = { id: "bench", key: randomBytes(32) };
  useVault([masterKey]);
  await stageModel(application);
  await stageSupply(application, ["sk-bench-0123456789abcdef0123"]);
  const callers = await stageCallers(application, ACCOUNTS, CREDITS_EACH);
  const secrets = callers.map(({ secret }) => secret);

  const maker = await startLoadMaker(files["generator"] ?? "", makerCore());
  const stubOrigin = `http://127.0.0.1:${maker.stubPort}`;
  const gateway = await startGateway({
    file: files["gateway"] ?? "",
    databaseUrl: server.applicationUrl,
    masterKey,
    openAiBaseUrl: `${stubOrigin}/v1`,
    logFile: `${FOLDER}/gateway.log`,
  });
  const bare = await startWorker({
    name: "bare",
    file: files["bare"] ?? "",
    args: [stubOrigin],
    logFile: `${FOLDER}/bare.log`,
  });
  const portkey = portkeyFile === null ? null : await startPortkey(portkeyFile, `${FOLDER}/portkey.log`);
  return {
    owner,
    application,
    callers,
    maker,
    gateway: subjectOf("gateway", gateway, secrets),
    bare: subjectOf("bare", bare, secrets),
    portkey: portkey && subjectOf("portkey", portkey, secrets, portkeyHeaders(stubOrigin)),
    async close() {
      maker.stop();
      await Promise.all([gateway.stop(), bare.stop(), portkey?.kill()]);
      await Promise.all([owner.close(), application.close()]);
      await server.drop();
    },
  };
}
