import { assert } from "../../lib/errors";
import { MODEL_PRICES } from "./model-prices";

/** One dated row of the suppliers' prices. Decimals are text; null is unknown or not applicable. */
export type PriceRow = {
  model: string;
  provider: string;
  capabilities: string[];
  contextTokens: number | null;
  /** Null: holds from the beginning. */
  from: string | null;
  /** Pairs of hours in UTC, from and to before. */
  peakHours: [from: number, to: number][];
  source: { name: string; checked: string };
  /** The columns that are amounts or factors. */
  amount(column: AmountColumn): string | null;
};
export type AmountColumn = (typeof AMOUNT_COLUMNS)[number];

const AMOUNT_COLUMNS = [
  "input",
  "output",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "audio_in",
  "audio_out",
  "image_in",
  "image_out",
  "per_image",
  "per_second",
  "per_1m_chars",
  "long_above",
  "long_from",
  "long_in_x",
  "long_out_x",
  "flex_x",
  "priority_x",
  "long_priority_x",
  "peak_x",
] as const;

/** All rows, in the order in which they are written: the dated ones of a model follow each other. */
export function readPriceRows(): PriceRow[] {
  const [header = "", ...lines] = MODEL_PRICES.trim().split("\n");
  const columns = header.split(",");
  for (const column of AMOUNT_COLUMNS) assert(columns.includes(column), `the prices have no column ${column}`);
  return lines.map((line) => {
    const values = line.split(",");
    assert(values.length === columns.length, `a row of the prices doesn't fit its header: ${line}`);
    const at = (column: string): string | null => values[columns.indexOf(column)] || null;
    const [model, provider, capabilities] = [at("model"), at("provider"), at("capabilities")];
    assert(model && provider && capabilities, `a row of the prices has no name: ${line}`);
    const [source, checked] = [at("source"), at("checked")];
    assert(source && checked, `a row of the prices has no source: ${line}`);
    const peakHours = (at("peak_hours")?.split("+") ?? []).map((pair): [number, number] => {
      const [from, to] = pair.split("-").map(Number);
      return [from ?? 0, to ?? 24];
    });
    const context = at("context");
    const contextTokens = context === null ? null : Number(context);
    return {
      model,
      provider,
      capabilities: capabilities.split("+"),
      contextTokens,
      from: at("from"),
      peakHours,
      source: { name: source, checked },
      amount: at,
    };
  });
}
