import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";
import type { Nanos } from "../money";
import {
  COLUMNS,
  FROM,
  REFUSED,
  REFUSED_COLUMNS,
  toRecord,
  type UsageRecord,
  type UsageRow,
  when,
} from "./usage.store";

/** A record with what only admins may see: whose it is, and what it cost on which channel and key. Units: nanodollars. */
export type AdminUsageRecord = UsageRecord & {
  wallet: bigint;
  costNanos: Nanos;
  channel: string | null;
  poolKeyId: Uuid | null;
  /** The tries at suppliers as they came out. */
  tries: readonly { n: number; channel: string; outcome: string }[];
};
type AdminRow = UsageRow & { wallet: bigint; cost_nanos: Nanos; channel: string | null; pool_key: Uuid | null };
type Try = { n: number; outcome: string; channel?: string };

const toAdminRecord = (row: AdminRow): AdminUsageRecord => ({
  ...toRecord(row),
  wallet: row.wallet,
  costNanos: row.cost_nanos,
  channel: row.channel,
  poolKeyId: row.pool_key,
  tries: ((row.attempts ?? []) as Try[]).map(({ n, outcome, channel = "" }) => ({ n, channel, outcome })),
});

const ADMIN_COLUMNS = Prisma.sql`${COLUMNS}, u.wallet, u.cost_nanos, u.channel, u.pool_key`;
const ADMIN_REFUSED_COLUMNS = Prisma.sql`${REFUSED_COLUMNS}, u.wallet, 0::bigint as cost_nanos, null as channel,
  null::uuid as pool_key`;

/** Which records of all: of one id, of one key, of some wallets, or since a time. */
export type AdminUsageFilter = { id: Uuid } | { apiKeyId: Uuid } | { wallets: readonly bigint[] } | { sinceMs: number };

function adminWhere(filter: AdminUsageFilter): Prisma.Sql {
  if ("id" in filter) return Prisma.sql`where u.id = ${filter.id}::uuid`;
  if ("apiKeyId" in filter) return Prisma.sql`where u.api_key = ${filter.apiKeyId}::uuid`;
  if ("wallets" in filter) return Prisma.sql`where u.wallet = any (${[...filter.wallets]}::bigint[])`;
  return Prisma.sql`where u.at >= ${new Date(filter.sinceMs)}`;
}

/** Anybody's records, newest first, after a place in the list. */
export async function readAnyUsage(
  reader: Tx,
  filter: AdminUsageFilter,
  { after, limit }: { limit: number; after: { atMs: number; id: Uuid } | null },
): Promise<AdminUsageRecord[]> {
  const place = when(after, Prisma.sql`and (u.at, u.id) < (${new Date(after?.atMs ?? 0)}, ${after?.id}::uuid)`);
  const some = Prisma.sql`${adminWhere(filter)} ${place} order by u.at desc, u.id desc limit ${limit}`;
  const rows = await queries(reader).$queryRaw<AdminRow[]>`
    (select ${ADMIN_COLUMNS} ${FROM} ${some}) union all (select ${ADMIN_REFUSED_COLUMNS} ${REFUSED} ${some})
    order by at desc, id desc limit ${limit}`;
  return rows.map(toAdminRecord);
}
