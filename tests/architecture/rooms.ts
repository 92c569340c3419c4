/** Which other rooms each room of lib may import, by their faces. The one input of the import law. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  catalog: [],
  ledger: [],
  auth: [],
  settings: [],
  audit: [],
  providers: ["catalog"],
  pricing: ["catalog"],
  budgets: ["ledger"],
  pool: ["catalog", "ledger", "providers"],
  contributions: ["catalog", "ledger", "pool", "pricing", "providers", "settings"],
  metering: ["budgets", "catalog", "ledger", "pool", "pricing", "providers"],
  payments: ["ledger", "settings"],
  insight: [],
};

/** Folders of lib that know a framework or a service, and no room. */
export const PLUMBING: readonly string[] = ["db", "redis", "queue", "http", "vault", "mail"];

/** Files of lib that everything stands on. */
export const FOUNDATION: readonly string[] = ["base-url", "ctx", "env", "errors", "ids", "log", "money", "time"];
