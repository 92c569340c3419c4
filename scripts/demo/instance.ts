import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { delay, nowMs } from "../../lib/time";
import { Stop } from "../console";

const FILE = path.join(".scrip", "demo.json");
const STEP_MS = 100;
const LIMIT_MS = 30_000;

const Instance = z.object({ web: z.url(), gateway: z.url(), sandbox: z.url(), admin_api_key: z.string() });
/** A running Scrip, as it describes itself. */
export type Instance = z.infer<typeof Instance>;

/** The demo that runs in this checkout. Errors: `Stop` where none does. */
export function readInstance(): Instance {
  if (!existsSync(FILE))
    throw new Stop("no demo runs here: start it with `npm start`, then run this in another terminal");
  const parsed = Instance.safeParse(JSON.parse(readFileSync(FILE, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Stop(`${FILE} isn't of a demo with a sandbox: start one with \`npm start\``);
}

/** A reply of an API: JSON, whose members the story reads as it needs them. */
export type Reply = { status: number; body: Record<string, unknown> };

export type Call = { method?: string; key?: string; body?: object; once?: string };

/** Call an API over HTTP, as anybody would. Errors: `Stop` where nobody answers. */
export async function call(url: string, { method = "GET", key, body, once }: Call = {}): Promise<Reply> {
  const headers = {
    ...(key && { authorization: `Bearer ${key}` }),
    ...(body && { "content-type": "application/json" }),
    ...(once && { "idempotency-key": once }),
  };
  const response = await fetch(url, { method, headers, body: body ? JSON.stringify(body) : null }).catch(() => {
    throw new Stop(`nobody answers at ${new URL(url).origin}: is \`npm start\` running?`);
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
  } catch {
    throw new Stop(`${method} ${url}: ${response.status}, and no JSON`);
  }
}

/** Call an API that has to succeed. Errors: `Stop` with its answer otherwise. */
export async function ask(url: string, options: Call = {}): Promise<Record<string, unknown>> {
  const { status, body } = await call(url, options);
  if (status < 300) return body;
  throw new Stop(`${options.method ?? "GET"} ${new URL(url).pathname}: ${status} ${JSON.stringify(body)}`);
}

/** Poll until there is a result. Errors: `Stop` when there still isn't after half a minute. */
export async function until<T>(what: string, poll: () => Promise<T | null>): Promise<T> {
  const started = nowMs();
  for (;;) {
    const seen = await poll();
    if (seen !== null) return seen;
    if (nowMs() - started > LIMIT_MS) throw new Stop(`not within ${LIMIT_MS / 1_000} s: ${what}`);
    await delay(STEP_MS);
  }
}
