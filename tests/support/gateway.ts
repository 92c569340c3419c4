import type { MasterKey } from "@/lib/env";
import { startWorker, type Worker } from "./worker";

export type GatewayOptions = {
  file: string;
  databaseUrl: string;
  masterKey: MasterKey;
  openAiBaseUrl: string;
  logFile: string;
  name?: string;
  port?: number;
  /** Further variables of its environment. */
  env?: Record<string, string>;
};

/** Start a gateway process as production runs it. */
export function startGateway(options: GatewayOptions): Promise<Worker> {
  const { file, databaseUrl, masterKey, openAiBaseUrl, logFile, name = "gateway", port = 0, env = {} } = options;
  return startWorker({
    name,
    file,
    logFile,
    env: {
      NODE_OPTIONS: "--max-semi-space-size=64",
      SCRIP_ENV: "production",
      HOST: "127.0.0.1",
      DATABASE_URL: databaseUrl,
      KEY_ENCRYPTION_KEYS: `${masterKey.id}:${masterKey.key.toString("base64")}`,
      GATEWAY_PORT: String(port),
      GATEWAY_URL: "http://127.0.0.1",
      PROVIDER_OPENAI_BASE_URL: openAiBaseUrl,
      ...env,
    },
  });
}
