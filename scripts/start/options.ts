import { Stop } from "../console";
import { freePort, isPortFree, whoListens } from "../ports";

/** What this start was asked for. Values that only processes read go through their own environment. */
export type StartOptions = {
  readonly mode: "demo" | "production";
  readonly isDevelopment: boolean;
  readonly host: string;
  readonly ports: Ports;
  /** Undefined: a PostgreSQL of our own. */
  readonly databaseUrl: string | undefined;
  /** The server itself, where `databaseUrl` leads to a pooler. */
  readonly directUrl?: string | undefined;
  /** A role that may change the schema, where the others may not. */
  readonly migrateUrl?: string | undefined;
};
export type Ports = { readonly web: number; readonly gateway: number; readonly sandbox: number };

export const HOME = ".scrip";

const PORTS = {
  web: { variable: "PORT", fallback: 3000, what: "the web app" },
  gateway: { variable: "GATEWAY_PORT", fallback: 4000, what: "the gateway" },
  sandbox: { variable: "SANDBOX_PORT", fallback: 4010, what: "the sandbox" },
} as const;

const given = (name: string): string | undefined => process.env[name]?.trim() || undefined;

/** Read what decides what is started; all problems are reported at once. Errors: `Stop`. */
export async function readOptions(args: string[]): Promise<StartOptions> {
  const databaseUrl = given("DATABASE_URL");
  const mode = given("SCRIP_ENV") ?? (databaseUrl ? "production" : "demo");
  if (mode !== "demo" && mode !== "production") throw new Stop(`SCRIP_ENV is "${mode}": it is demo or production`);
  const host = given("HOST") ?? (mode === "demo" ? "127.0.0.1" : "0.0.0.0");
  const wanted = mode === "demo" ? (["web", "gateway", "sandbox"] as const) : (["web", "gateway"] as const);
  const problems: string[] = [];
  const ports = { web: 0, gateway: 0, sandbox: 0 };
  for (const name of wanted) {
    const { variable, fallback, what } = PORTS[name];
    const port = Number(given(variable) ?? fallback);
    const found = Number.isInteger(port) && port >= 0 && port <= 65_535 ? await usable(port, host) : null;
    if (found === null) problems.push(`${variable} is no port: a number from 0 (any free one) to 65535`);
    else if (found === "taken") problems.push(taken(port, variable, what));
    else ports[name] = found;
  }
  if (problems.length > 0) throw new Stop(problems.join("\nscrip  "));
  return {
    mode,
    isDevelopment: args.includes("--dev"),
    host,
    ports,
    databaseUrl,
    directUrl: given("DIRECT_DATABASE_URL"),
    migrateUrl: given("MIGRATE_DATABASE_URL"),
  };
}

function taken(port: number, variable: string, what: string): string {
  const holder = whoListens(port);
  const who = holder ? `pid ${holder.pid} (${holder.command.slice(0, 120)})` : "another program";
  return `port ${port}, meant for ${what}, is taken by ${who}: end that, or choose another port with ${variable}=<port>`;
}

/** The port, or a free one in the place of 0, where it can be listened on. */
async function usable(port: number, host: string): Promise<number | "taken"> {
  if (port === 0) return freePort(host);
  return (await isPortFree(port, host)) ? port : "taken";
}
