import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { applyMigrations } from "@/lib/db/migrate";
import { openDatabase } from "@/lib/db";
import { verifyLedger } from "@/lib/ledger";
import { testServer } from "../../support/database";

const MIGRATIONS = "prisma/migrations";
const BOUND = "20261201030100_vesting_bound";

const INVARIANTS = ["vesting-equals-attempts", "vesting-charge-equals-lines", "vested-within-charges"];

/** An empty database of the test's own. */
async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `scrip_upgraded_${process.pid}_${Date.now().toString(36)}`;
  const onServer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: testServer() });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await onServer(`create database ${name}`);
  const url = Object.assign(new URL(testServer()), { pathname: `/${name}` }).href;
  return { url, drop: () => onServer(`drop database if exists ${name} with (force)`) };
}

/** Bring a database to where it was before what vests was bounded. */
async function migrateToBefore(url: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "migrations-"));
  for (const name of readdirSync(MIGRATIONS)) {
    if (name < BOUND) cpSync(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true });
  }
  cpSync(path.join(MIGRATIONS, "migration_lock.toml"), path.join(folder, "migration_lock.toml"));
  await applyMigrations(url, folder).finally(() => rmSync(folder, { recursive: true }));
}

const KEY = "00000000-0000-4000-8000-00000000000a";
const CONTRIBUTION = "00000000-0000-4000-8000-00000000000b";
const hold = (n: number): string => `00000000-0000-4000-8000-0000000001${String(n).padStart(2, "0")}`;

/** A key that vested 40 of 100 credits for requests charged 30 (one of 10 that cost nothing), and one not folded yet. */
const HISTORY = `
  insert into contribution (id, user_id, wallet_id, quote_id, pool_key_id, provider, is_proven, quota_nanos, cost_nanos,
    gross_micros, fee_micros, net_micros, vested_micros, requests_served)
  values ('${CONTRIBUTION}', gen_random_uuid(), 1, gen_random_uuid(), '${KEY}', 'openai', true, 1000, 400, 111111112, 11111112,
    100000000, 40000000, 2);
  insert into vesting (hold, n, contribution_id, cost_nanos, vested_micros)
  values ('${hold(1)}', 1, '${CONTRIBUTION}', 300, 30000000), ('${hold(2)}', 2, '${CONTRIBUTION}', 100, 10000000);
  insert into books.attempt (hold, n, pool_key, state, cost_nanos, folded_at)
  values ('${hold(1)}', 1, '${KEY}', 1, 300, now()), ('${hold(2)}', 2, '${KEY}', 1, 100, now()),
    ('${hold(3)}', 1, '${KEY}', 1, 0, now()), ('${hold(4)}', 1, '${KEY}', 1, 50, null);
  insert into books.usage_record (id, at, wallet, api_key, protocol, model, provider, upstream_model, pool_key, meters,
    multipliers, breakdown, cost_breakdown, charge_micros, purchased_micros, cost_nanos, attempts, streamed, status,
    http_status, latency_ms)
  select id::uuid, now(), 1, gen_random_uuid(), 'openai', 'm', 'openai', 'm', '${KEY}', '{}', '[]', '[]', '[]', charge, charge,
    0, '[]', false, 'ok', 200, 1
  from (values ('${hold(1)}', 15000000), ('${hold(2)}', 5000000), ('${hold(3)}', 10000000), ('${hold(4)}', 7000000)) r(id, charge);
  insert into books.line (at, transfer, kind, wallet, from_account, to_account, amount_micros)
  select at, id, 5, 1, 3, 102, charge_micros from books.usage_record;`;

test("keys contributed before what vests was bounded start from their usage records, and keep what had vested", async () => {
  const home = await emptyDatabase();
  try {
    await migrateToBefore(home.url);
    const client = new pg.Client({ connectionString: home.url });
    await client.connect();
    await client.query(HISTORY);
    await applyMigrations(home.url, MIGRATIONS);
    const { rows } = await client.query(
      "select fee_share, charged_micros, vested_micros, excess_micros, requests_served from contribution",
    );
    expect(rows).toEqual([
      {
        fee_share: "0.1",
        charged_micros: "30000000",
        vested_micros: "40000000",
        excess_micros: "13000000",
        requests_served: "3",
      },
    ]);
    const vestings = await client.query("select charged_micros from vesting order by hold");
    expect(vestings.rows.map(({ charged_micros: charged }) => Number(charged))).toEqual([15e6, 5e6, 10e6]);
    const guard = client.query("update vesting set vested_micros = 0");
    await expect(guard).rejects.toThrow("append-only");
    await client.end();
    const database = openDatabase(home.url, 1);
    const broken = (await verifyLedger(database)).violations.map(({ invariant }) => invariant);
    expect(broken.filter((name) => INVARIANTS.includes(name))).toEqual([]);
    await database.close();
  } finally {
    await home.drop();
  }
});
