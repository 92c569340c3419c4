import { readCursor } from "@/lib/http";
import { fromPublicId, toPublicId, type Uuid } from "@/lib/ids";
import { formatCredits, type Micros, micros } from "@/lib/money";
import { summariseUsage, type UsageFilter, type UsageRecord, type UsageSum } from "@/lib/usage";
import { TZDate } from "@date-fns/tz";
import { addDays, startOfDay, startOfMonth, subDays } from "date-fns";
import type { DaySeries } from "../_components/charts/series";
import { DEFAULT_RANGE, isRange, type Range } from "../_components/ranges";
import { isUsageStatus } from "../_components/usage-status";
import { webDatabase } from "./database";
import { one, type SearchParams } from "./request";

/** What a usage page was asked for, by its address; what makes no sense is left out. */
export type UsageQuery = {
  range: Range;
  model: string | null;
  apiKeyId: Uuid | null;
  status: string | null;
  after: { atMs: number; id: Uuid } | null;
};

function readAfter(text: string | null): UsageQuery["after"] {
  if (!text) return null;
  try {
    const [at = "", id = ""] = readCursor(text, 2);
    const uuid = fromPublicId("request", id);
    return uuid && /^\d{1,15}$/.test(at) ? { atMs: Number(at), id: uuid } : null;
  } catch {
    return null; // a cursor of another list, or none at all: begin at the start
  }
}

/** The keys of a record's place in the list, for a cursor. */
export const placeOf = ({ atMs, id }: { atMs: number; id: Uuid }): string[] => [
  String(atMs),
  toPublicId("request", id),
];

/** Read a usage page's address. */
export async function readUsageQuery(searchParams: SearchParams): Promise<UsageQuery> {
  const asked = await searchParams;
  const [range, model, key, status] = [
    one(asked["range"]),
    one(asked["model"]),
    one(asked["key"]),
    one(asked["status"]),
  ];
  return {
    range: isRange(range) ? range : DEFAULT_RANGE,
    model: model || null,
    apiKeyId: key ? fromPublicId("apiKey", key) : null,
    status: isUsageStatus(status) ? status : null,
    after: readAfter(one(asked["after"])),
  };
}

/** The same view from another place in the list on. */
export function usageHref({ range, model, apiKeyId, status }: UsageQuery, after: string | null): string {
  const search = new URLSearchParams();
  if (range !== DEFAULT_RANGE) search.set("range", range);
  if (model) search.set("model", model);
  if (apiKeyId) search.set("key", toPublicId("apiKey", apiKeyId));
  if (status) search.set("status", status);
  if (after) search.set("after", after);
  return search.size > 0 ? `/usage?${search}` : "/usage";
}

/** The view as a filter of records. */
export const toFilter = (query: UsageQuery, wallet: bigint): UsageFilter => ({
  wallet,
  fromMs: null,
  toMs: null,
  model: query.model,
  apiKeyId: query.apiKeyId,
  status: query.status,
});

/** A request as lists show it. */
export type UsageRow = {
  id: string;
  atMs: number;
  model: string;
  keyName: string | null;
  status: string;
  inputTokens: number | null;
  outputTokens: number | null;
  charge: Micros;
  latencyMs: number;
};

const count = (value: number | string | undefined): number | null => (typeof value === "number" ? value : null);

/** A record as a row. Keys that were revoked have no name any more. */
export function toUsageRow(record: UsageRecord, keyNames: ReadonlyMap<string, string>): UsageRow {
  return {
    id: toPublicId("request", record.id),
    atMs: record.atMs,
    model: record.model,
    keyName: keyNames.get(record.apiKeyId) ?? null,
    status: record.status,
    inputTokens: count(record.meters["input_tokens"]),
    outputTokens: count(record.meters["output_tokens"]),
    charge: record.chargeMicros,
    latencyMs: record.latencyMs,
  };
}

/** Whole days of a time zone, up to and with today. `days` names each of them, the oldest first. */
export type DayRange = { fromMs: number; toMs: number; days: string[] };

const DAYS = { today: 1, "7d": 7, "30d": 30, "90d": 90 } as const;

/** The range of days that a name stands for, as the zone's calendar has them: days with 23 or 25 hours included. */
export function dayRange(range: Range, timeZone: string, nowMs: number): DayRange {
  const today = startOfDay(new TZDate(nowMs, timeZone));
  const first = range === "month" ? startOfMonth(today) : subDays(today, DAYS[range] - 1);
  const days: string[] = [];
  for (let day = first; day <= today; day = addDays(day, 1)) days.push(dayName(day));
  return { fromMs: first.getTime(), toMs: addDays(today, 1).getTime(), days };
}

/** YYYY-MM-DD in its own zone: the zone's offset is the date's own. */
const dayName = (day: TZDate): string => day.toISOString().slice(0, 10);

const MODELS_SHOWN = 6;

/** A chart draws with floating point; nothing else of an amount does. */
const toChart = (amount: Micros): number => Number(formatCredits(amount));

export type SpendByDay = { series: DaySeries; byModel: UsageSum[]; totalMicros: Micros; count: bigint; failed: bigint };

/** What was spent on each day, by model: the six that cost most, and the rest together. */
export async function readSpendByDay(filter: UsageFilter, range: DayRange, timeZone: string): Promise<SpendByDay> {
  const { reader } = webDatabase();
  const within = { ...filter, fromMs: range.fromMs, toMs: range.toMs };
  const byModel = await summariseUsage(reader, within, { group: "model", timeZone });
  const shown = byModel.filter(({ chargeMicros }) => chargeMicros > 0n).slice(0, MODELS_SHOWN);
  const [all, ...each] = await Promise.all([
    summariseUsage(reader, within, { group: "day", timeZone }),
    ...shown.map(({ group }) => summariseUsage(reader, { ...within, model: group }, { group: "day", timeZone })),
  ]);
  const amountOn = (sums: UsageSum[], day: string): Micros =>
    sums.find(({ group }) => group === day)?.chargeMicros ?? micros(0n);
  const hasOther = byModel.filter(({ chargeMicros }) => chargeMicros > 0n).length > shown.length;
  const days = range.days.map((day) => {
    const parts = each.map((sums) => amountOn(sums, day));
    const other = micros(parts.reduce<bigint>((left, part) => left - part, amountOn(all, day)));
    return { day, credits: [...parts, ...(hasOther ? [other] : [])].map(toChart) };
  });
  const sum = (pick: (one: UsageSum) => bigint): bigint => all.reduce((total, one) => total + pick(one), 0n);
  return {
    series: { models: shown.map(({ group }) => group), hasOther, days },
    byModel,
    totalMicros: micros(sum(({ chargeMicros }) => chargeMicros)),
    count: sum(({ count }) => count),
    failed: sum(({ failed }) => failed),
  };
}
