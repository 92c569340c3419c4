/**
 * Which module owns each table, and what of it other modules may read: the one input of `npm run check`'s "table owners".
 *
 * A file may name, in SQL or through Prisma, the tables of its own module, and of others only what `PUBLISHED` lists for
 * it. To read another module's table: call a function that its index.ts exports; or, where the reading has to be one
 * statement, let the owner make a view or an SQL function in a migration, named for what it is (`pool_key_status`), and
 * list it in `PUBLISHED` with its owner and its readers.
 */
export const TABLES: Readonly<Record<string, string>> = {
  user: "auth",
  session: "auth",
  api_key: "auth",
  login_attempt: "auth",
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
  refused_request: "usage",
  refused_count: "usage",
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
  "books.freeze": "ledger",
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

/** What modules let each other read of their tables. Migrations make the views; each names the columns that it promises. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  // Whose a wallet is, and who invited whom.
  account_wallet: { owner: "auth", readers: ["payments", "insight"] },
  // Versions of cards without their texts, and cards whose text isn't the one that was published.
  card_version: { owner: "catalog", readers: ["usage", "insight", "ledger"] },
  altered_card: { owner: "catalog", readers: ["ledger"] },
  enabled_model: { owner: "catalog", readers: ["insight"] },
  channel_terms: { owner: "catalog", readers: ["pool", "recovery", "insight"] },
  // A key comes with the terms of its channel.
  "pool_key.channel": { owner: "catalog", readers: ["pool"] },
  // All that others may know of a key; never its secret.
  pool_key_status: { owner: "pool", readers: ["contributions", "recovery", "insight", "ledger"] },
  // What a contribution came to, and what each request on its key vested.
  contribution_totals: { owner: "contributions", readers: ["ledger"] },
  vested_request: { owner: "contributions", readers: ["insight", "ledger"] },
  // What Stripe kept of the payment for a lot.
  lot_fee: { owner: "payments", readers: ["insight"] },
  // An operation is claimed and finished in the transaction that posts it; a sweep purges old ones.
  "books.op": { owner: "db", readers: ["ledger"] },
  // Rows that gateways keep in memory carry the version that last changed them.
  "books.config_version": { owner: "db", readers: ["auth"] },
  // An account has a wallet from its first moment on.
  "books.open_wallet": { owner: "ledger", readers: ["auth"] },
  "books.advance_limit": { owner: "ledger", readers: ["contributions"] },
  // Usage records with what was reported late added up, and who paid for a request.
  "books.usage": { owner: "ledger", readers: ["usage", "verification", "insight"] },
  "books.request_payer": { owner: "ledger", readers: ["insight"] },
  "books.drop_old_usage": { owner: "ledger", readers: ["usage"] },
  // What requests cost their keys: counted once, marked as counted, and what isn't yet.
  "books.fold_attempts": { owner: "ledger", readers: ["usage"] },
  "books.keys_to_fold": { owner: "ledger", readers: ["usage"] },
  "books.unfolded_cost": { owner: "ledger", readers: ["pool"] },
  // How a request's hold ended, and those whose gateway is gone.
  "books.request_outcome": { owner: "ledger", readers: ["idempotency"] },
  "books.close_lapsed_leases": { owner: "ledger", readers: ["recovery"] },
  "books.orphaned_holds": { owner: "ledger", readers: ["recovery"] },
  // Credits that were new to a wallet, and credits that a charge burned.
  "books.issued_credit": { owner: "ledger", readers: ["insight"] },
  "books.burned_credit": { owner: "ledger", readers: ["insight"] },
};

/** SQL functions of the schema `books` that another module than the ledger owns. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  "books.begin_op": "db",
  "books.claim_operation": "db",
  "books.finish_operation": "db",
  "books.bump_config": "db",
};
