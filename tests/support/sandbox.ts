import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { ScriptedFault } from "../../workers/sandbox/scripted-faults";
import { startSandbox, type Sandbox } from "../../workers/sandbox/server";
import { until } from "./until";

/** One line of the sandbox's log: what it counted and billed, in its own names. */
export type LogEntry = {
  id: string;
  key: string;
  account: string | null;
  request_id: string;
  model: string | null;
  stream: boolean;
  status: number;
  error: string | null;
  ended: "complete" | "refused" | "cut" | "aborted";
  input_tokens: number;
  output_tokens: number;
  sent_tokens: number;
  usd: number;
  headers: string[];
  body_sha256: string;
};
export type SandboxFault = Partial<ScriptedFault>;
export type KeyChange = {
  quota_usd?: number;
  account?: string;
  revoked?: boolean;
  rpm?: number | null;
  billing?: boolean;
};
export type SandboxSettings = {
  chunk_delay_ms?: number;
  first_token_ms?: number;
  prices?: Record<string, { input: number; output: number }>;
};

async function endDelays(resume: () => Promise<{ ended: number }>, count: number): Promise<void> {
  let ended = 0;
  const isDone = async (): Promise<boolean> => {
    ended += (await resume()).ended;
    return ended >= count;
  };
  await until(isDone, `${count} delayed calls resume`);
}

/** The controls of a sandbox, called over HTTP. */
export function sandboxControls(url: string) {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    // The controls' replies are written by the sandbox of this repository.
    return answer as T;
  };
  return {
    next: (fault: SandboxFault) => call<{ pending: number }>("POST", "/next", fault),
    /** End the delays of so many calls, once they wait. */
    resume: (count = 1) => endDelays(() => call<{ ended: number }>("POST", "/resume"), count),
    key: (secret: string, change: KeyChange) =>
      call<Record<string, unknown>>("PUT", `/keys/${encodeURIComponent(secret)}`, change),
    settings: (settings: SandboxSettings) => call<Record<string, unknown>>("PUT", "/settings", settings),
    log: async (filter: { key?: string; request_id?: string; account?: string } = {}) =>
      (await call<{ data: LogEntry[] }>("GET", `/log?${new URLSearchParams(filter).toString()}`)).data,
    accounts: async () =>
      (
        await call<{
          data: { account: string; quota_usd: number; spent_usd: number; left_usd: number; requests: number }[];
        }>("GET", "/accounts")
      ).data,
    reset: () => call<unknown>("DELETE", ""),
  };
}
export type SandboxControls = ReturnType<typeof sandboxControls>;

/** A sandbox of the test file's own, reset before each test. */
export function aSandbox(): { url(): string; controls(): SandboxControls; client(apiKey?: string): OpenAI } {
  let sandbox: Sandbox | undefined;
  const url = (): string => {
    if (!sandbox) throw new Error("the sandbox starts in beforeAll");
    return sandbox.url;
  };
  beforeAll(async () => {
    sandbox = await startSandbox({ port: 0 });
  });
  beforeEach(() => sandboxControls(url()).reset());
  afterAll(() => sandbox?.stop());
  return {
    url,
    controls: () => sandboxControls(url()),
    client: (apiKey = "sk-sandbox-openai-500usd") =>
      new OpenAI({ apiKey, baseURL: `${url()}/openai/v1`, maxRetries: 0 }),
  };
}
