import type { Tx } from "../db";
import { Prisma, queries } from "../db/models";
import type { Uuid } from "../ids";
import { type Micros, micros } from "../money";

/** One line of a charge's calculation, as it was rated. */
export type BreakdownLine = unknown;

/** One try at a supplier, as its user may see it: whether it answered (`ok`) or not (`failed`), not what its key is up to. */
export type UsageAttempt = { n: number; outcome: "ok" | "failed"; latencyMs: number };

/** What one request used and was charged, as its user may see it: nothing of suppliers' costs or keys. */
export type UsageRecord = {
  id: Uuid;
  atMs: number;
  apiKeyId: Uuid;
  protocol: string;
  mode: string;
  model: string;
  provider: string;
  /** The version of the price card that it was rated by; null where there was none. */
  priceVersion: number | null;
  /** Units: as each meter says; a decimal is text. */
  meters: Readonly<Record<string, number | string>>;
  /** As applied, in order. */
  multipliers: readonly { name: string; factor: string }[];
  breakdown: readonly BreakdownLine[];
  chargeMicros: Micros;
  /** What of it the wallet couldn't pay and owed: only of a late charge. */
  owedMicros: Micros;
  /** When it was charged, or the rest of it, after its gateway had been taken for gone; null of every other request. */
  lateMs: number | null;
  /** The charge by the source that paid. Units: microcredits. */
  bySource: { promo: Micros; referral: Micros; purchased: Micros; earned: Micros };
  requests: number;
  attempts: readonly UsageAttempt[];
  isEstimated: boolean;
  isCapped: boolean;
  isStreamed: boolean;
  status: string;
  httpStatus: number;
  errorCode: string | null;
  /** What the client was told where nothing was reserved for the request; null of every other. */
  message: string | null;
  latencyMs: number;
  ttftMs: number | null;
  taskId: string | null;
};

/** Which records: of one wallet, in [from, to), with what is named. */
export type UsageFilter = {
  wallet: bigint;
  fromMs: number | null;
  toMs: number | null;
  model: string | null;
  apiKeyId: Uuid | null;
  status: string | null;
};

/** What usage is added up by. */
export type UsageGroup = "day" | "model" | "key";

/** Usage added up over one day, model or key. */
export type UsageSum = {
  /** The day (YYYY-MM-DD in the time zone asked for), the model's id, or the key's UUID. */
  group: string;
  chargeMicros: Micros;
  count: bigint;
  failed: bigint;
  /** Counted requests taken from request balances. */
  requests: bigint;
  inputTokens: bigint;
  outputTokens: bigint;
};

/** A row of `COLUMNS`. */
export type UsageRow = {
  id: Uuid;
  at: Date;
  api_key: Uuid;
  protocol: string;
  mode: string;
  model: string;
  provider: string;
  price_version: number | null;
  meters: UsageRecord["meters"];
  multipliers: UsageRecord["multipliers"];
  breakdown: UsageRecord["breakdown"];
  charge_micros: Micros;
  debt_micros: Micros;
  late_at: Date | null;
  promo_micros: Micros;
  referral_micros: Micros;
  purchased_micros: Micros;
  earned_micros: Micros;
  requests: number;
  attempts: { n: number; outcome: string; latencyMs?: number | null }[] | null;
  estimated: boolean;
  capped: boolean;
  streamed: boolean;
  status: string;
  http_status: number;
  error_code: string | null;
  message: string | null;
  latency_ms: number;
  ttft_ms: number | null;
  task_id: string | null;
};

// Costs, pool keys and channels stay out of what users can be shown, so they aren't even read.
export const COLUMNS = Prisma.sql`u.id, u.at, u.api_key, u.protocol, u.mode, u.model, u.provider, c.version as price_version,
  u.meters, u.multipliers, u.breakdown, u.charge_micros, u.debt_micros, u.late_at,
  u.promo_micros, u.referral_micros, u.purchased_micros,
  u.vested_micros + u.unvested_micros as earned_micros, u.requests, u.attempts, u.estimated, u.capped, u.streamed,
  u.status, u.http_status, u.error_code, null as message, u.latency_ms, u.ttft_ms, u.task_id`;
/** A refused request in the same columns: it used nothing and was charged nothing. */
export const REFUSED_COLUMNS = Prisma.sql`u.id, u.at, u.api_key, u.protocol, 'token' as mode, u.model, '' as provider,
  null::integer as price_version, '{}'::json as meters, '[]'::json as multipliers, '[]'::json as breakdown,
  0::bigint as charge_micros, 0::bigint as debt_micros, null::timestamptz as late_at, 0::bigint as promo_micros,
  0::bigint as referral_micros, 0::bigint as purchased_micros, 0::bigint as earned_micros, 0 as requests,
  null::json as attempts, false as estimated, false as capped, u.streamed, u.status, u.http_status, u.error_code,
  u.message, u.latency_ms, null::integer as ttft_ms, null as task_id`;
export const REFUSED = Prisma.sql`from (select *, 'failed' as status from refused_request) u`;
/** Refused requests of which only their number was kept, without what they asked for. */
const REFUSED_COUNTS = Prisma.sql`from (
  select c.wallet, c.api_key, c.minute as at, null as model, 'failed' as status, c.count from refused_count c) u`;
export const FROM = Prisma.sql`from books.usage u left join card_version c on c.id = u.price_card`;

export const toRecord = (row: UsageRow): UsageRecord => ({
  id: row.id,
  atMs: row.at.getTime(),
  apiKeyId: row.api_key,
  protocol: row.protocol,
  mode: row.mode,
  model: row.model,
  provider: row.provider,
  priceVersion: row.price_version,
  meters: row.meters,
  multipliers: row.multipliers,
  breakdown: row.breakdown,
  chargeMicros: row.charge_micros,
  owedMicros: row.debt_micros,
  lateMs: row.late_at?.getTime() ?? null,
  bySource: {
    promo: row.promo_micros,
    referral: row.referral_micros,
    purchased: row.purchased_micros,
    earned: row.earned_micros,
  },
  requests: row.requests,
  attempts: (row.attempts ?? []).map(({ n, outcome, latencyMs }) => ({
    n,
    outcome: outcome === "ok" ? "ok" : "failed",
    latencyMs: latencyMs ?? 0,
  })),
  isEstimated: row.estimated,
  isCapped: row.capped,
  isStreamed: row.streamed,
  status: row.status,
  httpStatus: row.http_status,
  errorCode: row.error_code,
  message: row.message,
  latencyMs: row.latency_ms,
  ttftMs: row.ttft_ms,
  taskId: row.task_id,
});

export const when = (condition: unknown, sql: Prisma.Sql): Prisma.Sql => (condition === null ? Prisma.empty : sql);

function where({ wallet, fromMs, toMs, model, apiKeyId, status }: UsageFilter): Prisma.Sql {
  return Prisma.sql`where u.wallet = ${wallet}
    ${when(fromMs, Prisma.sql`and u.at >= ${new Date(fromMs ?? 0)}`)}
    ${when(toMs, Prisma.sql`and u.at < ${new Date(toMs ?? 0)}`)}
    ${when(model, Prisma.sql`and u.model = ${model}`)}
    ${when(apiKeyId, Prisma.sql`and u.api_key = ${apiKeyId}::uuid`)}
    ${when(status, Prisma.sql`and u.status = ${status}`)}`;
}

/** Records newest first, after a place in the list. */
export async function readUsage(
  reader: Tx,
  filter: UsageFilter,
  page: { limit: number; after: { atMs: number; id: Uuid } | null },
): Promise<UsageRecord[]> {
  const { after, limit } = page;
  const place = when(after, Prisma.sql`and (u.at, u.id) < (${new Date(after?.atMs ?? 0)}, ${after?.id}::uuid)`);
  const some = Prisma.sql`${where(filter)} ${place} order by u.at desc, u.id desc limit ${limit}`;
  const rows = await queries(reader).$queryRaw<UsageRow[]>`
    (select ${COLUMNS} ${FROM} ${some}) union all (select ${REFUSED_COLUMNS} ${REFUSED} ${some})
    order by at desc, id desc limit ${limit}`;
  return rows.map(toRecord);
}

/** One record of a wallet. */
export async function readUsageRecord(reader: Tx, wallet: bigint, id: Uuid): Promise<UsageRecord | null> {
  const rows = await queries(reader).$queryRaw<UsageRow[]>`
    select ${COLUMNS} ${FROM} where u.id = ${id}::uuid and u.wallet = ${wallet}
    union all select ${REFUSED_COLUMNS} ${REFUSED} where u.id = ${id}::uuid and u.wallet = ${wallet}`;
  return rows[0] ? toRecord(rows[0]) : null;
}

const groupBy = (group: UsageGroup, timeZone: string): Prisma.Sql => {
  if (group === "model") return Prisma.sql`u.model`;
  if (group === "key") return Prisma.sql`u.api_key::text`;
  return Prisma.sql`to_char(u.at at time zone ${timeZone}, 'YYYY-MM-DD')`;
};

type SumRow = {
  group: string;
  charge_micros: bigint;
  count: bigint;
  failed: bigint;
  requests: bigint;
  input_tokens: bigint;
  output_tokens: bigint;
};

/**
 * Usage added up by day (newest first), model or key (dearest first), refused requests included. Those of which no model is known
 * are in no model's sum.
 */
export async function sumUsage(
  reader: Tx,
  filter: UsageFilter,
  by: { group: UsageGroup; timeZone: string; limit: number },
): Promise<UsageSum[]> {
  const order = by.group === "day" ? Prisma.sql`1 desc` : Prisma.sql`2 desc, 1`;
  const [group, some] = [groupBy(by.group, by.timeZone), where(filter)];
  const nothing = Prisma.sql`0::bigint as requests, 0::bigint as input_tokens, 0::bigint as output_tokens`;
  const rows = await queries(reader).$queryRaw<SumRow[]>`
    select "group", sum(charge_micros)::bigint as charge_micros, sum(count)::bigint as count,
      sum(failed)::bigint as failed, sum(requests)::bigint as requests,
      sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens
    from (
      select ${group} as "group", sum(u.charge_micros) as charge_micros,
        count(*) as count, count(*) filter (where u.status = 'failed') as failed, sum(u.requests) as requests,
        coalesce(sum((u.meters->>'input_tokens')::numeric), 0) as input_tokens,
        coalesce(sum((u.meters->>'output_tokens')::numeric), 0) as output_tokens
      from books.usage u ${some} group by 1
      union all
      select ${group}, 0, count(*), count(*), ${nothing} ${REFUSED} ${some} group by 1
      union all
      select ${group}, 0, sum(u.count), sum(u.count), ${nothing} ${REFUSED_COUNTS} ${some} group by 1
    ) parts
    where "group" <> '' group by 1 order by ${order} limit ${by.limit}`;
  return rows.map((row) => ({
    group: row.group,
    chargeMicros: micros(row.charge_micros),
    count: row.count,
    failed: row.failed,
    requests: row.requests,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
  }));
}

/** Drop the partitions of months before so many; which went. */
export async function dropUsageBefore(tx: Tx, monthsKept: number): Promise<string[]> {
  const rows = await queries(tx).$queryRaw<{ partition: string }[]>`
    select books.drop_old_usage(${monthsKept}::integer) as partition`;
  return rows.map(({ partition }) => partition);
}
