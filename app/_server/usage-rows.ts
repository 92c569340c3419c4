import { toPublicId } from "@/lib/ids";
import type { UsageRecord } from "@/lib/usage";
import type { Micros } from "@/lib/money";

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
