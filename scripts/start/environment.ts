import { randomBytes } from "node:crypto";
import { EnvError, type Environment, gatewayEnv, jobsEnv, toolEnv, webEnv } from "../../lib/env";
import type { StartOptions } from "./options";
import type { DemoSecrets } from "./secrets";

/** Providers that the sandbox can stand in for, with the path below their host that their own SDK's base URL ends in. */
const SDK_PATHS: Record<string, string> = {
  openai: "/v1",
  anthropic: "",
  gemini: "",
  cloudflare: "/client/v4",
  openrouter: "/api/v1",
  deepseek: "/v1",
  moonshot: "/v1",
  groq: "/openai/v1",
  mistral: "/v1",
  xai: "/v1",
  siliconflow: "/v1",
  kling: "",
  runway: "",
  pika: "",
  "openai-compatible": "/v1",
};

/** Providers whose wire format the sandbox speaks: it has keys for their channels. */
const SPOKEN = ["openai"];

/** Passed to no child process but the one that needs it. */
const OF_SUPERVISOR = ["MIGRATE_DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD", "ADMIN_API_KEY"];

export type Addresses = { readonly web: string; readonly gateway: string; readonly sandbox: string | null };

/** Where a browser and programs on this machine find what was started. */
export function addressesOf(options: StartOptions): Addresses {
  const host = ["0.0.0.0", "::"].includes(options.host) ? "127.0.0.1" : options.host;
  const at = (port: number): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    web: at(options.ports.web),
    gateway: at(options.ports.gateway),
    sandbox: options.mode === "demo" ? at(options.ports.sandbox) : null,
  };
}

/**
 * The environment of Scrip's processes: the caller's, the chosen ports, the database, and in the demo its secrets and
 * the sandbox in the place of each provider that has no address of its own.
 */
export function childEnvironment(
  options: StartOptions,
  databaseUrl: string,
  secrets: DemoSecrets | null,
): NodeJS.ProcessEnv {
  const addresses = addressesOf(options);
  const caller = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("npm_") && !OF_SUPERVISOR.includes(name),
  );
  const environment: NodeJS.ProcessEnv = {
    ...secrets?.environment,
    ...stripeOf(addresses),
    APP_URL: addresses.web,
    GATEWAY_URL: addresses.gateway,
    WEB_PORT_SECRET: randomBytes(32).toString("base64url"),
    ...(addresses.sandbox ? sandboxUrls(addresses.sandbox) : {}),
    ...Object.fromEntries(caller.flatMap(([name, value]) => (value?.trim() ? [[name, value]] : []))),
    SCRIP_ENV: options.mode,
    NODE_ENV: options.isDevelopment ? "development" : "production",
    NEXT_TELEMETRY_DISABLED: "1",
    DATABASE_URL: databaseUrl,
    HOST: options.host,
    PORT: String(options.ports.web),
    GATEWAY_PORT: String(options.ports.gateway),
    SANDBOX_PORT: String(options.ports.sandbox),
  };
  for (const name of OF_SUPERVISOR) delete environment[name];
  if (options.databaseUrl === undefined) delete environment["DIRECT_DATABASE_URL"];
  return environment;
}

const variableOf = (id: string): string => `PROVIDER_${id.toUpperCase().replaceAll("-", "_")}_BASE_URL`;

/** The sandbox in Stripe's place, where the caller names neither a key of it nor an address. */
function stripeOf({ web, sandbox }: Addresses): Record<string, string | undefined> {
  const isGiven = (name: string): boolean => Boolean(process.env[name]?.trim());
  // The demo's own keys open nobody else's account.
  if (isGiven("STRIPE_SECRET_KEY")) return { STRIPE_SECRET_KEY: undefined, STRIPE_WEBHOOK_SECRET: undefined };
  if (isGiven("STRIPE_API_BASE") || !sandbox) return {};
  return { STRIPE_API_BASE: sandbox, SANDBOX_WEBHOOK_URL: `${web}/api/v1/stripe/webhook` };
}

function sandboxUrls(sandbox: string): Record<string, string> {
  return Object.fromEntries(Object.entries(SDK_PATHS).map(([id, path]) => [variableOf(id), `${sandbox}/${id}${path}`]));
}

/** Keys that the sandbox takes, for the channels of the providers that it stands in for. Units: dollars, in their names. */
export function sandboxKeys(options: StartOptions, environment: NodeJS.ProcessEnv): Record<string, string> {
  const { sandbox } = addressesOf(options);
  const isServed = (id: string): boolean =>
    sandbox !== null && Boolean(environment[variableOf(id)]?.startsWith(`${sandbox}/`));
  return Object.fromEntries(SPOKEN.filter(isServed).map((id) => [id, `sk-sandbox-${id}-100000usd`]));
}

// Requests live for a few milliseconds: a larger young generation saves a tenth of the gateway's time.
const YOUNG_SPACE = "--max-semi-space-size=64";

/** The environment of the gateway. */
export function gatewayEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const nodeOptions = [YOUNG_SPACE, environment["NODE_OPTIONS"]].filter(Boolean).join(" ");
  return { ...environment, NODE_OPTIONS: nodeOptions };
}

/** The environment of the sandbox: no database, and no secret but the one that its own Stripe signs with. */
export function sandboxEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = [
    "PATH",
    "HOME",
    "TZ",
    "LANG",
    "HOST",
    "SANDBOX_PORT",
    "LOG_LEVEL",
    "SCRIP_ENV",
    "NODE_ENV",
    "NODE_OPTIONS",
    "SANDBOX_WEBHOOK_URL",
  ];
  if (environment["SANDBOX_WEBHOOK_URL"]) names.push("STRIPE_WEBHOOK_SECRET");
  const passed = Object.fromEntries(names.map((name) => [name, environment[name]]));
  return { ...passed, NODE_ENV: environment.NODE_ENV };
}

/**
 * Stop before anything is started, or a database is touched, where a process would not take its environment, or the start
 * what is meant for it alone. Errors: `EnvError`.
 */
export function checkEnvironment(environment: NodeJS.ProcessEnv, caller: Environment): void {
  const problems = new Set<string>();
  const own = Object.fromEntries(OF_SUPERVISOR.map((name) => [name, caller[name]]));
  const startEnv = (source: Environment): unknown => toolEnv({ ...source, ...own });
  for (const parse of [webEnv, gatewayEnv, jobsEnv, startEnv]) {
    try {
      parse(environment);
    } catch (error) {
      if (!(error instanceof EnvError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (environment["SCRIP_ENV"] === "production" && caller["ADMIN_PASSWORD"]?.trim() && !caller["ADMIN_EMAIL"]?.trim()) {
    problems.add("ADMIN_EMAIL is missing: whose password ADMIN_PASSWORD is");
  }
  if (problems.size > 0) throw new EnvError([...problems].sort());
}
