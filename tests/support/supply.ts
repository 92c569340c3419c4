import { randomBytes } from "node:crypto";
import type { Database } from "@/lib/db";
import type { MasterKey } from "@/lib/env";

/** A master key of a test's own. */
export const testMasterKeys = (): MasterKey[] => [{ id: "test", key: randomBytes(32) }];

/** Put a channel into a database, as an admin would. */
export async function putChannel(
  database: Database,
  id: string,
  rest: {
    provider?: string;
    priority?: number;
    weight?: number;
    discount?: string;
    models?: Record<string, string>;
  } = {},
): Promise<void> {
  const { provider = "openai", priority = 1, weight = 1, discount = "1", models = null } = rest;
  await database.pool.query(
    `insert into channel (id, provider, priority, weight, discount, models) values ($1, $2, $3, $4, $5, $6)`,
    [id, provider, priority, weight, discount, models && JSON.stringify(models)],
  );
}
