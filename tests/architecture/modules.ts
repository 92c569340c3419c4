/** Which other modules each module of lib may import, by their index.ts. The one input of the import rules. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
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
  usage: ["catalog", "ledger", "pool", "pricing", "providers"],
  idempotency: [],
  recovery: ["catalog", "ledger", "pricing", "providers", "usage"],
  verification: ["catalog", "ledger", "pricing"],
  payments: ["ledger", "settings"],
  insight: ["payments"],
};

/** Folders of lib that know a framework or a service, and no module. */
export const PLUMBING: readonly string[] = ["db", "redis", "queue", "http", "vault", "mail"];

/** Files of lib that everything stands on. */
export const FOUNDATION: readonly string[] = ["base-url", "ctx", "env", "errors", "ids", "log", "money", "time"];
