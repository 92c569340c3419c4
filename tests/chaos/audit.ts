import { fromPublicId } from "@/lib/ids";
import type { Database } from "@/lib/db";
import { verifyLedger } from "@/lib/ledger";
import { formatCredits, micros, parseUsd } from "@/lib/money";
import type { LogEntry } from "../support/sandbox";
import type { Caller } from "../support/stage";
import type { Seen } from "./seen";

/** What the ledger says of one request. */
export type Record = {
  id: string;
  charge: bigint;
  cost: bigint;
  inputTokens: number;
  outputTokens: number;
  isLost: boolean;
  isEstimated: boolean;
  isStreamed: boolean;
  /** Whether it was charged, or charged more, after its hold had been ended by others. */
  isLate: boolean;
  status: string;
};

export type AuditInput = {
  database: Database;
  /** What the ledger says of each request, by its id. */
  records: ReadonlyMap<string, Record>;
  callers: readonly Caller[];
  grantedMicros: bigint;
  seen: readonly Seen[];
  log: readonly LogEntry[];
  /** Tokens that may stream between the last checkpoint of a gateway that dies and its death. */
  windowTokens: number;
};
/** What was found wrong, one sentence each, and what there was. */
export type Audit = {
  problems: string[];
  figures: {
    requests: number;
    wholeReplies: number;
    records: number;
    billedEntries: number;
    lostWhole: number;
    lostStreams: number;
    chargedUnseen: number;
    billedTokens: number;
    chargedTokens: number;
    largestGapTokens: number;
  };
};

export const MICROS_PER_TOKEN = 5_000n;

/** All usage records of a database. */
export async function readRecords({ pool }: Database): Promise<Map<string, Record>> {
  const { rows } = await pool.query<{
    id: string;
    charge: bigint;
    cost: bigint;
    meters: { input_tokens?: number; output_tokens?: number };
    lost: boolean;
    estimated: boolean;
    streamed: boolean;
    late: boolean;
    status: string;
  }>(
    "select id, charge_micros as charge, cost_nanos as cost, meters, lost, estimated, streamed, late_at is not null as late, status from books.usage",
  );
  const records = rows.map(({ id, charge, cost, meters, lost, estimated, streamed, late, status }) => ({
    id,
    charge,
    cost,
    inputTokens: meters.input_tokens ?? 0,
    outputTokens: meters.output_tokens ?? 0,
    isLost: lost,
    isEstimated: estimated,
    isStreamed: streamed,
    isLate: late,
    status,
  }));
  return new Map(records.map((record) => [record.id, record]));
}

const idOf = (requestId: string | null): string => (requestId && fromPublicId("request", requestId)) ?? "";

/** Compare what each client saw with the ledger. */
function auditSeen(seen: readonly Seen[], records: ReadonlyMap<string, Record>, windowTokens: number): string[] {
  return seen.flatMap((what) => {
    const record = records.get(idOf(what.requestId));
    const name = what.requestId ?? `a request of caller ${what.caller}`;
    if (what.status !== 200)
      return record && record.charge > 0n ? [`${name} was answered ${what.status} and charged`] : [];
    if (!record) return [`${name} was answered and isn't in the ledger`];
    if (what.isWhole && what.problem === null) {
      if (record.isLost || record.status !== "ok")
        return [`${name} was complete and is in the ledger as ${record.status}`];
      if (what.credits !== formatCredits(micros(record.charge)))
        return [`${name} said ${what.credits} and was charged ${record.charge}`];
      if (what.isStream && what.tokens !== record.outputTokens)
        return [`${name} had ${what.tokens} tokens and was charged for ${record.outputTokens}`];
      return [];
    }
    const gap = what.tokens - record.outputTokens;
    return gap > windowTokens ? [`${name} saw ${what.tokens} tokens and was charged for ${record.outputTokens}`] : [];
  });
}

/** Compare the supplier's bill with the ledger: one request, all its entries. */
function auditBill(entries: readonly LogEntry[], record: Record | undefined, windowTokens: number): string[] {
  const name = entries[0]?.request_id ?? "";
  const tokens = entries.reduce((sum, entry) => sum + entry.input_tokens + entry.output_tokens, 0);
  const cost = entries.reduce((sum, entry) => sum + (parseUsd(String(entry.usd)) ?? 0n), 0n);
  if (!record) return tokens > 0 ? [`${name} was billed ${tokens} tokens and isn't in the ledger`] : [];
  const asked = BigInt(tokens) * MICROS_PER_TOKEN;
  if (record.charge > asked) return [`${name} was billed ${tokens} tokens and charged ${record.charge}`];
  const isComplete = entries.some((entry) => entry.ended === "complete");
  if (isComplete && record.status === "ok" && !record.isLost) {
    const problems = record.charge === asked ? [] : [`${name}: billed ${tokens} tokens, charged ${record.charge}`];
    return record.cost === cost ? problems : [...problems, `${name}: billed ${cost}, cost booked ${record.cost}`];
  }
  if (record.isLost && tokens > 0 && record.cost === 0n) return [`${name}: billed ${cost}, and no cost is booked`];
  const gap = tokens - record.inputTokens - record.outputTokens;
  const isReleased = record.charge === 0n && !record.isStreamed;
  if (isReleased || gap <= windowTokens + (entries[0]?.input_tokens ?? 0)) return [];
  return [`${name}: billed ${tokens} tokens, charged for ${tokens - gap}: more than streams between checkpoints`];
}

export function groupByRequest(log: readonly LogEntry[]): Map<string, LogEntry[]> {
  const groups = new Map<string, LogEntry[]>();
  for (const entry of log) groups.set(entry.request_id, [...(groups.get(entry.request_id) ?? []), entry]);
  return groups;
}

async function auditWallets({ database, callers, grantedMicros }: AuditInput): Promise<string[]> {
  const problems: string[] = [];
  for (const { wallet } of callers) {
    const { rows } = await database.pool.query<{
      left: bigint;
      held: bigint;
      charged: bigint;
      records: bigint;
      ids: bigint;
    }>(
      `select w.promo as left, w.held, coalesce(sum(u.charge_micros), 0)::bigint as charged, count(u.id) as records,
        count(distinct u.id) as ids
      from books.wallet w left join books.usage_record u on u.wallet = w.id where w.id = $1 group by w.id`,
      [wallet],
    );
    const [row] = rows;
    if (!row) problems.push(`wallet ${wallet} is gone`);
    else if (row.left + row.charged !== grantedMicros)
      problems.push(`wallet ${wallet} had ${grantedMicros}, has ${row.left}, was charged ${row.charged}`);
    else if (row.held !== 0n) problems.push(`wallet ${wallet} still holds ${row.held}`);
    else if (row.records !== row.ids) problems.push(`wallet ${wallet} was charged twice for a request`);
  }
  return problems;
}

/** Compare what clients saw, what the supplier billed and what was charged, and verify all invariants of the ledger. */
export async function audit(input: AuditInput): Promise<Audit> {
  const { database, records, seen, log, windowTokens } = input;
  const bills = groupByRequest(log);
  const recordOf = (requestId: string): Record | undefined => records.get(idOf(requestId));
  const billProblems = [...bills.values()].flatMap((entries) =>
    auditBill(entries, recordOf(entries[0]?.request_id ?? ""), windowTokens),
  );
  const { violations } = await verifyLedger(database);
  const all = [...records.values()];
  const wholeIds = new Set(
    seen.filter((what) => what.isWhole && what.status === 200).map((what) => idOf(what.requestId)),
  );
  const gaps = [...bills.entries()].map(([requestId, entries]) => {
    const record = recordOf(requestId);
    const billed = entries.reduce((sum, entry) => sum + entry.output_tokens, 0);
    return record?.isStreamed ? billed - record.outputTokens : 0;
  });
  return {
    problems: [
      ...auditSeen(seen, records, windowTokens),
      ...billProblems,
      ...(await auditWallets(input)),
      ...violations.map(
        (violation) =>
          `the ledger: ${JSON.stringify(violation, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`,
      ),
    ],
    figures: {
      requests: seen.length,
      wholeReplies: wholeIds.size,
      records: all.length,
      billedEntries: log.length,
      lostWhole: all.filter((record) => record.isLost && !record.isStreamed).length,
      lostStreams: all.filter((record) => record.isLost && record.isStreamed).length,
      chargedUnseen: all.filter((record) => record.charge > 0n && !wholeIds.has(record.id)).length,
      billedTokens: log.reduce((sum, entry) => sum + entry.input_tokens + entry.output_tokens, 0),
      chargedTokens: Number(all.reduce((sum, record) => sum + record.charge, 0n) / MICROS_PER_TOKEN),
      largestGapTokens: Math.max(0, ...gaps),
    },
  };
}
