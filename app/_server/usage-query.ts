import { DEFAULT_RANGE, isRange, type Range } from "../_components/ranges";
import { isUsageStatus } from "../_components/usage-statuses";
import { readCursor } from "@/lib/http";
import { fromPublicId, toPublicId, type Uuid } from "@/lib/ids";
import type { UsageFilter } from "@/lib/usage";
import { one, type SearchParams } from "./search-params";

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
