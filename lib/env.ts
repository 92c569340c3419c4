import * as z from "zod";
import { baseUrlProblem } from "./base-url";
import { isApiKeySecret } from "./ids";

/**
 * What the environment says, read once a process at its start and never at import.
 *
 * Each process names the variables that it needs; what is missing or wrong is listed all at once, with what to do.
 */

/** A master key of pool keys: 32 bytes of AES-256 and the id that ciphertexts name it by. */
export type MasterKey = { readonly id: string; readonly key: Buffer };

/** The environment is incomplete or wrong; the message lists every variable at fault. */
export class EnvError extends Error {
  override readonly name = "EnvError";
  constructor(readonly problems: readonly string[]) {
    super(`the environment needs attention:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  }
}

const missing = (what: string) => (issue: { input?: unknown }) => (issue.input === undefined ? what : undefined);
const text = (what: string) => z.string({ error: missing(`is missing: ${what}`) });
const optional = z.string().optional();
const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, "is no port: a number from 0 (any free one) to 65535")
    .transform(Number)
    .refine((value) => value <= 65_535, "is no port: a number from 0 (any free one) to 65535")
    .default(fallback);

const url = (protocols: string[], example: string) =>
  z.string().refine((value) => protocols.includes(protocolOf(value)), `is no address such as ${example}`);
const origin = (example: string) => url(["http:", "https:"], example).transform((value) => value.replace(/\/+$/, ""));
const postgresUrl = url(["postgres:", "postgresql:"], "postgresql://user:password@host:5432/scrip");

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : "";
}

/** `id:base64,…` into keys; the first is the active one. */
const masterKeys = text("`id:<base64 of 32 random bytes>`; `openssl rand -base64 32` makes the bytes").transform(
  (value, context): MasterKey[] => {
    const keys = value.split(",").map((part) => {
      const [id = "", encoded = ""] = part.trim().split(/:(.*)/s);
      return { id, key: Buffer.from(encoded, "base64") };
    });
    const isRight = keys.every(({ id, key }) => /^[\w.-]{1,40}$/.test(id) && key.length === 32);
    if (isRight && new Set(keys.map(({ id }) => id)).size === keys.length) return keys;
    context.addIssue({ code: "custom", message: "is no list of `id:<base64 of 32 bytes>` with different ids" });
    return z.NEVER;
  },
);

/** Every variable that Scrip reads: its name here, its name in the environment, its form. */
const VARIABLES = {
  mode: ["SCRIP_ENV", z.enum(["demo", "production"], "is neither `demo` nor `production`")],
  databaseUrl: ["DATABASE_URL", text("the PostgreSQL database to work on").pipe(postgresUrl)],
  /** The server itself, where DATABASE_URL leads to a pooler that hands its sessions around. */
  directDatabaseUrl: ["DIRECT_DATABASE_URL", postgresUrl.optional()],
  /** A role that may change the schema, where the application's may not. */
  migrateDatabaseUrl: ["MIGRATE_DATABASE_URL", postgresUrl.optional()],
  redisUrl: ["REDIS_URL", url(["redis:", "rediss:"], "redis://127.0.0.1:6379").optional()],
  /** The address that servers listen on. */
  host: ["HOST", optional],
  port: ["PORT", port(3000)],
  gatewayPort: ["GATEWAY_PORT", port(4000)],
  sandboxPort: ["SANDBOX_PORT", port(4010)],
  /** Where the sandbox's Stripe sends its events. */
  sandboxWebhookUrl: [
    "SANDBOX_WEBHOOK_URL",
    url(["http:", "https:"], "http://127.0.0.1:3000/api/v1/stripe/webhook").optional(),
  ],
  /** Where the jobs process tells how it is; unset, it doesn't listen. */
  jobsPort: ["JOBS_PORT", port(0).optional()],
  gatewayWorkers: [
    "GATEWAY_WORKERS",
    z
      .string()
      .regex(/^[1-9]\d?$/, "is no number from 1 to 99")
      .transform(Number)
      .default(1),
  ],
  /** Where people reach the web app: the one origin of its cookies. */
  appUrl: ["APP_URL", text("the address that people reach the web app at").pipe(origin("https://scrip.example"))],
  /** The same where a process only shows it. */
  shownAppUrl: ["APP_URL", origin("https://scrip.example").optional()],
  /** The gateway's address as shown to users. */
  gatewayUrl: [
    "GATEWAY_URL",
    text("the gateway's address as users write it").pipe(origin("https://api.scrip.example")),
  ],
  /** The gateway's address as the web process reaches it. */
  gatewayInternalUrl: ["GATEWAY_INTERNAL_URL", origin("http://127.0.0.1:4000").optional()],
  nextauthSecret: [
    "NEXTAUTH_SECRET",
    text("32 random characters or more; `openssl rand -base64 32` makes them").min(32, "is shorter than 32 characters"),
  ],
  masterKeys: ["KEY_ENCRYPTION_KEYS", masterKeys],
  adminEmail: ["ADMIN_EMAIL", z.email("is no e-mail address").optional()],
  adminPassword: ["ADMIN_PASSWORD", z.string().min(10, "is shorter than 10 characters").optional()],
  adminApiKey: [
    "ADMIN_API_KEY",
    z
      .string()
      .refine(isApiKeySecret, "is no API key: sk-scrip-, 34 characters and their checksum; was it copied whole?")
      .optional(),
  ],
  stripeSecretKey: ["STRIPE_SECRET_KEY", optional],
  stripeWebhookSecret: ["STRIPE_WEBHOOK_SECRET", optional],
  stripeConnectWebhookSecret: ["STRIPE_CONNECT_WEBHOOK_SECRET", optional],
  stripeApiBase: ["STRIPE_API_BASE", origin("http://127.0.0.1:4010").optional()],
  smtpUrl: ["SMTP_URL", url(["smtp:", "smtps:"], "smtp://user:password@host:587").optional()],
  emailFrom: ["EMAIL_FROM", optional],
  githubId: ["GITHUB_ID", optional],
  githubSecret: ["GITHUB_SECRET", optional],
  googleId: ["GOOGLE_ID", optional],
  googleSecret: ["GOOGLE_SECRET", optional],
  /** Addresses or ranges whose `x-forwarded-for` is believed. */
  trustedProxies: [
    "TRUSTED_PROXIES",
    z
      .string()
      .transform((value) =>
        value
          .split(",")
          .map((part) => part.trim())
          .filter(Boolean),
      )
      .default([]),
  ],
  /** What the web port proves itself to the gateway with; `npm start` makes one for both. */
  webPortSecret: [
    "WEB_PORT_SECRET",
    z
      .string()
      .regex(/^[\x20-\x7e]{32,}$/, "is shorter than 32 characters, or has some that no header can hold")
      .optional(),
  ],
  /** What the gateway's metrics and the jobs' health are asked for with; unset, both answer this machine alone. */
  metricsToken: ["METRICS_TOKEN", optional],
  otelEndpoint: ["OTEL_EXPORTER_OTLP_ENDPOINT", origin("http://127.0.0.1:4318").optional()],
  logLevel: [
    "LOG_LEVEL",
    z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "is no level of pino").default("info"),
  ],
} as const satisfies Record<string, readonly [string, z.ZodType]>;

type Variables = typeof VARIABLES;
type Name = keyof Variables;
type Values<N extends Name> = { readonly [K in N]: z.output<Variables[K][1]> };
export type Environment = Readonly<Record<string, string | undefined>>;
/** What every process knows beside the variables that it names. */
type Common = { readonly isDemo: boolean; readonly listenHost: string };

const COMMON = ["mode", "host", "logLevel", "databaseUrl", "redisUrl"] as const;
const SUPPLY = ["masterKeys", "trustedProxies", "metricsToken", "otelEndpoint"] as const;
const WEB = [
  ...COMMON,
  ...SUPPLY,
  "port",
  "appUrl",
  "gatewayUrl",
  "gatewayPort",
  "gatewayInternalUrl",
  "webPortSecret",
  "nextauthSecret",
  "githubId",
  "githubSecret",
  "googleId",
  "googleSecret",
  "smtpUrl",
  "emailFrom",
  "stripeSecretKey",
  "stripeWebhookSecret",
  "stripeConnectWebhookSecret",
  "stripeApiBase",
] as const;
const GATEWAY = [
  ...COMMON,
  ...SUPPLY,
  "directDatabaseUrl",
  "gatewayPort",
  "gatewayUrl",
  "shownAppUrl",
  "gatewayWorkers",
  "webPortSecret",
] as const;
const JOBS = [
  ...COMMON,
  ...SUPPLY,
  "directDatabaseUrl",
  "jobsPort",
  "appUrl",
  "smtpUrl",
  "emailFrom",
  "stripeSecretKey",
  "stripeApiBase",
] as const;
const SANDBOX = ["host", "mode", "logLevel", "sandboxPort", "sandboxWebhookUrl", "stripeWebhookSecret"] as const;
const TOOL = [
  ...COMMON,
  "directDatabaseUrl",
  "migrateDatabaseUrl",
  "adminEmail",
  "adminPassword",
  "adminApiKey",
] as const;

/** An empty variable is one that isn't set. */
function given(source: Environment, variable: string): string | undefined {
  const value = source[variable]?.trim();
  if (value) return value;
  // Without a database named, `npm start` brings its own: that is the demo.
  if (variable === "SCRIP_ENV") return source["DATABASE_URL"]?.trim() ? "production" : "demo";
  return undefined;
}

function read<N extends Name>(names: readonly N[], source: Environment): Values<N> & Common {
  const values: Partial<Record<Name, unknown>> = {};
  const problems: string[] = [];
  for (const name of names) {
    const [variable, schema] = VARIABLES[name];
    const result = schema.safeParse(given(source, variable));
    if (result.success) values[name] = result.data;
    else problems.push(...result.error.issues.map((issue) => `${variable} ${issue.message}`));
  }
  if (problems.length > 0) {
    throw new EnvError(problems);
  }
  const isDemo = values.mode === "demo";
  const listenHost = typeof values.host === "string" ? values.host : isDemo ? "127.0.0.1" : "0.0.0.0";
  // Every name of N was parsed by its own schema above.
  return Object.freeze({ ...values, isDemo, listenHost }) as Values<N> & Common;
}

/**
 * The base URLs that replace providers' own, by provider id, in the form that the provider's SDK takes.
 *
 * `PROVIDER_OPENAI_COMPATIBLE_BASE_URL` names `openai-compatible`. Errors: `EnvError` for what is no base URL.
 */
function readProviderBaseUrls(source: Environment): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(source)) {
    const id = /^PROVIDER_([A-Z0-9_]+)_BASE_URL$/.exec(variable)?.[1];
    if (!id || !value?.trim()) continue;
    const problem = baseUrlProblem(value.trim());
    if (problem === null) urls.set(id.toLowerCase().replaceAll("_", "-"), value.trim().replace(/\/+$/, ""));
    else problems.push(`${variable} ${problem}`);
  }
  if (problems.length > 0) throw new EnvError(problems);
  return urls;
}

const cached = new Map<string, unknown>();

/** Reads the process's own environment once; another one, which tests pass, at each call. */
function once<T>(name: string, parse: (source: Environment) => T): (source?: Environment) => T {
  return (source) => {
    if (source) return parse(source);
    if (!cached.has(name)) cached.set(name, parse(process.env));
    // Only `parse` writes this name's entry.
    return cached.get(name) as T;
  };
}

/** The web process's environment. Errors: `EnvError`. */
export const webEnv = once("web", (source) => {
  const values = read(WEB, source);
  return {
    ...values,
    providerBaseUrls: readProviderBaseUrls(source),
    gatewayOrigin: values.gatewayInternalUrl ?? `http://127.0.0.1:${values.gatewayPort}`,
  };
});
/** The gateway's environment. Errors: `EnvError`. */
export const gatewayEnv = once("gateway", (source) => ({
  ...read(GATEWAY, source),
  providerBaseUrls: readProviderBaseUrls(source),
}));
/** The jobs process's environment. Errors: `EnvError`. */
export const jobsEnv = once("jobs", (source) => ({
  ...read(JOBS, source),
  providerBaseUrls: readProviderBaseUrls(source),
}));
/** The sandbox's environment. Errors: `EnvError`. */
export const sandboxEnv = once("sandbox", (source) => read(SANDBOX, source));
/** The environment of a command that works on the database and ends. Errors: `EnvError`. */
export const toolEnv = once("tool", (source) => read(TOOL, source));
/** The master keys alone, for a command that seals keys anew. Errors: `EnvError`. */
export const vaultEnv = once("vault", (source) => read(["masterKeys"], source));
/** The log level alone: what a logger needs before, or without, the rest. */
export const logLevel = once("log", (source) => read(["logLevel"], source).logLevel);
