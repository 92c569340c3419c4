/**
 * Which module owns each table, and what of it other modules may read: the one input of `npm run check`'s "table owners".
 *
 * A file may name, in SQL or through Prisma, the tables of its own module, and of others only what `PUBLISHED` lists for
 * it. To take a table out of your module's line of `BASELINE`: let the file call a function that the owner's index.ts exports; or, where the
 * reading has to be one statement, let the owner make a view or an SQL function in a migration, named for what it is
 * (`live_pool_keys`), and list that in `PUBLISHED` with its owner and its readers. Then delete the table from the line: one
 * that is no longer needed is refused too.
 */
export const TABLES: Readonly<Record<string, string>> = {
  user: "auth",
  session: "auth",
  api_key: "auth",
  model: "catalog",
  card: "catalog",
  channel: "catalog",
  pool_key: "pool",
  pool_key_print: "pool",
  provider_policy: "settings",
  setting: "settings",
  quote: "contributions",
  contribution: "contributions",
  contributed_account: "contributions",
  vesting: "contributions",
  ledger_check: "verification",
  kept_reply: "idempotency",
  purchase: "payments",
  purchase_refund: "payments",
  purchase_dispute: "payments",
  stripe_event: "payments",
  stripe_cursor: "payments",
  outbox: "queue",
  processed: "queue",
  audit: "audit",
  "books.account": "ledger",
  "books.attempt": "ledger",
  "books.config_version": "db",
  "books.counter": "ledger",
  "books.delta": "ledger",
  "books.hold": "ledger",
  "books.late_report": "ledger",
  "books.lease": "ledger",
  "books.leg": "ledger",
  "books.line": "ledger",
  "books.lot": "ledger",
  "books.op": "db",
  "books.transfer": "ledger",
  "books.usage_record": "ledger",
  "books.wallet": "ledger",
};

/** Something of a module that others may read or call: a view, an SQL function, a relation (`table.field`) of Prisma's. */
export type Published = { readonly owner: string; readonly readers: readonly string[] };

/** What modules show each other of their tables. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  // Usage records with what was reported late added up.
  "books.usage": { owner: "ledger", readers: ["usage", "verification", "insight"] },
  "books.drop_old_usage": { owner: "ledger", readers: ["usage"] },
  "books.fold_attempts": { owner: "ledger", readers: ["usage"] },
  "books.close_lapsed_leases": { owner: "ledger", readers: ["recovery"] },
  "books.orphaned_holds": { owner: "ledger", readers: ["recovery"] },
  // An account has a wallet from its first moment on.
  "books.open_wallet": { owner: "ledger", readers: ["auth"] },
  // An operation is claimed and finished in the transaction that posts it; a sweep forgets old ones.
  "books.op": { owner: "db", readers: ["ledger"] },
  // Rows that gateways keep in memory carry the version that last changed them.
  "books.config_version": { owner: "db", readers: ["auth"] },
  // A key comes with the terms of its channel.
  "pool_key.channel": { owner: "catalog", readers: ["pool"] },
};

/** SQL functions of the schema `books` that another module than the ledger owns. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  "books.begin_op": "db",
  "books.claim_operation": "db",
  "books.finish_operation": "db",
  "books.bump_config": "db",
};

/** What modules still read of others past that list. It only shrinks. */
export const BASELINE: Readonly<Record<string, readonly string[]>> = {
  contributions: ["pool_key", "books.wallet"],
  insight: [
    "model",
    "card",
    "pool_key",
    "channel",
    "purchase",
    "purchase_refund",
    "purchase_dispute",
    "vesting",
    "contribution",
    "user",
    "books.line",
    "books.lot",
    "books.late_report",
    "books.usage_record",
  ],
  ledger: ["pool_key", "vesting", "contribution", "card"],
  idempotency: ["books.hold", "books.late_report", "books.usage_record"],
  recovery: ["pool_key", "channel"],
  usage: ["card"],
  payments: ["user"],
  pool: ["channel", "books.attempt"],
};
