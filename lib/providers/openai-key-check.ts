import { divideDown, divideUp, nanos, type Nanos, parseDecimal } from "../money";
import { toIso } from "../time";
import type { Endpoint, KeyCheck, KeyCheckCall } from "./adapter";

const DAY_MS = 86_400_000;
/** The legacy usage call takes 100 days at most. */
const DAYS_BACK = 99;
/** A smallest call can't have used more. Units: tokens. */
const USAGE_MAX = { input: 100, output: 1 };
const CENTS = 2;

const day = (ms: number): string => toIso(ms).slice(0, 10);

/** An amount that a supplier reports, in units of 10^-`shift` dollars. Null where it is no number. Units: nanodollars. */
function readAmount(value: unknown, shift: number, divide: typeof divideDown): Nanos | null {
  const parsed = typeof value === "number" || typeof value === "string" ? parseDecimal(String(value)) : null;
  if (!parsed || parsed.digits < 0n) return null;
  const places = parsed.scale + shift - 9;
  if (places <= 0) return nanos(parsed.digits * 10n ** BigInt(-places));
  return nanos(divide(parsed.digits, 10n ** BigInt(places)));
}

function readUsage(body: string): Record<string, unknown> | null {
  try {
    const usage = (JSON.parse(body) as Record<string, unknown> | null)?.["usage"];
    return typeof usage === "object" && usage !== null ? (usage as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

// OpenAI's models that reason take `max_completion_tokens` alone, older compatible services `max_tokens`.
const OTHER_FIELD = { max_tokens: "max_completion_tokens", max_completion_tokens: "max_tokens" } as const;
const REFUSED_FIELD =
  /unsupported_parameter|unsupported parameter|unrecognized|unknown (?:field|parameter)|not (?:supported|permitted)|extra (?:fields|inputs)/i;
/** "Could not finish the message because max_tokens or model output limit was reached": the key is good, the bound was too small. */
const NO_ROOM = /max_(?:completion_)?tokens or model output limit was reached/i;

function payCall(endpoint: Endpoint, secret: string, model: string, field: Endpoint["outputCapField"]): KeyCheckCall {
  const body = { model, messages: [{ role: "user", content: "1" }], [field]: 1 };
  return { method: "POST", path: `${endpoint.path(secret)}/chat/completions`, body: JSON.stringify(body) };
}

/**
 * How keys of an OpenAI-compatible endpoint are checked: the list of models, one token of a chat completion, and the balance
 * by OpenAI's legacy calls, which most compatible services have: what the account may spend, less what it has.
 *
 * Source: `GET /dashboard/billing/subscription` (dollars) and `/usage` (cents), as relays implement them.
 */
export const openAiKeyCheck = (endpoint: Endpoint): KeyCheck => ({
  read: (secret) => ({ method: "GET", path: `${endpoint.path(secret)}/models` }),
  pay: (secret, upstreamModel) => payCall(endpoint, secret, upstreamModel, endpoint.outputCapField),
  payOtherwise(secret, upstreamModel, { status, body }) {
    const isRefused = status === 400 && REFUSED_FIELD.test(body) && body.includes(endpoint.outputCapField);
    return isRefused ? payCall(endpoint, secret, upstreamModel, OTHER_FIELD[endpoint.outputCapField]) : null;
  },
  hasRun: ({ status, body }) => status === 400 && NO_ROOM.test(body),
  tokensOf(body) {
    const usage = readUsage(body);
    const count = (name: string): number => {
      const value = usage?.[name];
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
    };
    const [input, output, total] = [count("prompt_tokens"), count("completion_tokens"), count("total_tokens")];
    if (Number.isNaN(input + output)) return USAGE_MAX;
    // Some count what they reasoned in the total alone.
    return { input, output: Math.max(output, Number.isNaN(total) ? 0 : total - input) };
  },
  accountOf(headers) {
    const account = headers["openai-organization"];
    return typeof account === "string" && account.trim() !== "" ? account.trim() : null;
  },
  balance(secret, nowMs) {
    const billing = `${endpoint.path(secret)}/dashboard/billing`;
    const dates = new URLSearchParams({ start_date: day(nowMs - DAYS_BACK * DAY_MS), end_date: day(nowMs + DAY_MS) });
    return [
      { method: "GET", path: `${billing}/subscription` },
      { method: "GET", path: `${billing}/usage?${dates.toString()}` },
    ];
  },
  balanceOf([granted, spent]) {
    const limitNanos = readAmount(granted?.["hard_limit_usd"], 0, divideDown);
    const usedNanos = readAmount(spent?.["total_usage"], CENTS, divideUp);
    if (limitNanos === null || usedNanos === null) return null;
    return nanos(limitNanos > usedNanos ? limitNanos - usedNanos : 0n);
  },
});
