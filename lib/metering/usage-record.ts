import type { Uuid } from "../ids";
import type { Micros } from "../money";

/** One line of a charge's calculation, as it was rated. */
export type BreakdownLine = unknown;

/** One try at a supplier, as its user may see it. */
export type UsageAttempt = { n: number; outcome: string; latencyMs: number };

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
