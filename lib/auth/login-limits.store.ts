import { createHash } from "node:crypto";
import type pg from "pg";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Tx } from "../db";
import { queries } from "../db/models";

const RULES = {
  // Attempts that fail are counted by where they come from, alone and with the e-mail address they tried: whoever guesses is
  // stopped, and the owner of the address, elsewhere, is not.
  pair: { points: 10, duration: 15 * 60 },
  origin: { points: 100, duration: 60 * 60 },
  // A browser that has signed in to the account before is counted by itself: others behind its address don't lock it out.
  device: { points: 10, duration: 15 * 60 },
} as const;
type Rule = keyof typeof RULES;

/** What is counted of sign-ins, by all web processes together. Texts that are counted by are stored as hashes. */
export type LoginLimits = {
  /** Count an attempt. Gives seconds to wait, 0 where it may be made. */
  count(rule: Rule, by: string): Promise<number>;
  /** Forget what was counted. */
  reset(rule: Rule, by: string): Promise<void>;
  /** Take back one that was counted. */
  reward(rule: Rule, by: string): Promise<void>;
};

const keyOf = (by: string): string => createHash("sha256").update(by).digest("base64url");

function openLimits(pool: pg.Pool): LoginLimits {
  const storeClient = {
    // Behind a pooler no statement may have a name: the next may run in another session. The limiter reckons with numbers.
    async query({ text, values }: pg.QueryConfig) {
      const { rows, rowCount } = await pool.query<{ expire: bigint | null }>({ text, values });
      return {
        rowCount,
        rows: rows.map((row) => ({ ...row, expire: row.expire === null ? null : Number(row.expire) })),
      };
    },
  };
  const open = (rule: Rule): RateLimiterPostgres =>
    new RateLimiterPostgres({
      storeClient,
      storeType: "pool",
      tableName: "login_attempt",
      schemaName: "public",
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: rule,
      ...RULES[rule],
    });
  const limiters = { pair: open("pair"), origin: open("origin"), device: open("device") };
  return {
    count: (rule, by) =>
      limiters[rule].consume(keyOf(by)).then(
        () => 0,
        (reached: unknown) => {
          if (reached instanceof RateLimiterRes) return Math.ceil(reached.msBeforeNext / 1000);
          throw reached;
        },
      ),
    async reset(rule, by) {
      await limiters[rule].delete(keyOf(by));
    },
    async reward(rule, by) {
      await limiters[rule].reward(keyOf(by));
    },
  };
}

const opened = new WeakMap<pg.Pool, LoginLimits>();

/** The limits of a database's sign-ins. */
export function loginLimits(pool: pg.Pool): LoginLimits {
  const limits = opened.get(pool) ?? openLimits(pool);
  opened.set(pool, limits);
  return limits;
}

/** Remove counts that are over, at most `limit`; returns how many went. */
export const deleteEndedLogins = (tx: Tx, nowMs: number, limit: number): Promise<number> =>
  queries(tx).$executeRaw`
    delete from login_attempt where key in (select key from login_attempt where expire < ${nowMs}::bigint limit ${limit})`;
