import { credits, type NumberLiteral, toJson } from "@/lib/http";
import { toPublicId, type Uuid } from "@/lib/ids";
import type { UsageRecord } from "@/lib/usage";
import { toIso } from "@/lib/time";
import { toNumeric } from "../_replies/usage";

/** The columns that every export begins with, and those that follow. */
const COLUMNS = [
  "timestamp",
  "task_id",
  "credits",
  "model",
  "duration",
  "mode",
  "prompt_preview",
  "id",
  "key_id",
  "protocol",
  "status",
  "http_status",
  "input_tokens",
  "output_tokens",
  "requests",
  "estimated",
  "latency_ms",
] as const;

type Cell = string | number | boolean | null | NumberLiteral;
export type ExportFormat = "csv" | "jsonl";

const PAGE_ROWS = 500;

/** A record as an export's row. `duration` is what was made or heard, in seconds; previews are off until a key's owner switches them on. */
function toRow(record: UsageRecord): Record<(typeof COLUMNS)[number], Cell> {
  const meter = (name: string): Cell => toNumeric(record.meters[name] ?? "") || null;
  return {
    timestamp: toIso(record.atMs),
    task_id: record.taskId,
    credits: credits(record.chargeMicros),
    model: record.model,
    duration: meter("seconds"),
    mode: record.mode,
    prompt_preview: null,
    id: toPublicId("request", record.id),
    key_id: toPublicId("apiKey", record.apiKeyId),
    protocol: record.protocol,
    status: record.status,
    http_status: record.httpStatus,
    input_tokens: meter("input_tokens"),
    output_tokens: meter("output_tokens"),
    requests: record.requests,
    estimated: record.isEstimated,
    latency_ms: record.latencyMs,
  };
}

/**
 * A cell of CSV. Text that a spreadsheet would run as a formula is made text by an apostrophe.
 *
 * Source: RFC 4180; OWASP, CSV injection.
 */
export function csvCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value !== "string") return toJson(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function writeRow(record: UsageRecord, format: ExportFormat): string {
  const row = toRow(record);
  return format === "jsonl" ? `${toJson(row)}\n` : `${COLUMNS.map((name) => csvCell(row[name])).join(",")}\r\n`;
}

/** Reads the page that follows a place. */
export type ReadPage = (after: { atMs: number; id: Uuid } | null, limit: number) => Promise<UsageRecord[]>;

async function* writeAll(format: ExportFormat, readPage: ReadPage): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  if (format === "csv") yield encoder.encode(`${COLUMNS.join(",")}\r\n`);
  let after: { atMs: number; id: Uuid } | null = null;
  for (;;) {
    const page: UsageRecord[] = await readPage(after, PAGE_ROWS);
    if (page.length > 0) yield encoder.encode(page.map((record) => writeRow(record, format)).join(""));
    const last = page.at(-1);
    if (!last || page.length < PAGE_ROWS) return;
    after = { atMs: last.atMs, id: last.id };
  }
}

const CONTENT_TYPES: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  jsonl: "application/x-ndjson; charset=utf-8",
};

/** All of the records, newest first, read and sent a page at a time at the speed that the client takes them. */
export function exportUsage(format: ExportFormat, fileName: string, readPage: ReadPage): Response {
  const rows = writeAll(format, readPage);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await rows.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await rows.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      "content-type": CONTENT_TYPES[format],
      "content-disposition": `attachment; filename="${fileName}.${format}"`,
      "cache-control": "no-store",
    },
  });
}
