import { toIso } from "../time";
import { nanos, type Nanos } from "../money";
import { askProvider, type Asked, readAmount, readObject } from "./ask-provider";

/** What a provider reports of an account's balance. `none`: it has no such call, or not for this key. */
export type ReportedBalance = { outcome: "reported"; balanceNanos: Nanos } | { outcome: "none" | "unavailable" };

const DAY_MS = 86_400_000;
/** The legacy call takes 100 days at most. */
const DAYS_BACK = 99;
const HAS_NONE = [401, 403, 404];
const CENTS = 2;

const day = (ms: number): string => toIso(ms).slice(0, 10);

/** One of the two calls: its object, or why there is none. */
async function ask(asked: Asked, path: string): Promise<Record<string, unknown> | "none" | "unavailable"> {
  const answer = await askProvider(asked, { method: "GET", path });
  if (answer && HAS_NONE.includes(answer.status)) return "none";
  if (!answer || answer.status !== 200) return "unavailable";
  // A relay without the call may answer with its web page.
  return readObject(answer) ?? "none";
}

/**
 * The balance by OpenAI's legacy calls, which most compatible services have: what the account may spend, less what it has.
 *
 * Rounding: down to a nanodollar. Units: the limit in dollars, the usage in cents.
 * Source: `GET /dashboard/billing/subscription` and `/usage`, as relays implement them.
 */
export async function readReportedBalance(asked: Asked, base: string, nowMs: number): Promise<ReportedBalance> {
  const granted = await ask(asked, `${base}/dashboard/billing/subscription`);
  if (typeof granted === "string") return { outcome: granted };
  const dates = new URLSearchParams({ start_date: day(nowMs - DAYS_BACK * DAY_MS), end_date: day(nowMs + DAY_MS) });
  const spent = await ask(asked, `${base}/dashboard/billing/usage?${dates.toString()}`);
  if (typeof spent === "string") return { outcome: spent };
  const limitNanos = readAmount(granted["hard_limit_usd"], 0, "down");
  const usedNanos = readAmount(spent["total_usage"], CENTS, "up");
  if (limitNanos === null || usedNanos === null) return { outcome: "none" };
  return { outcome: "reported", balanceNanos: nanos(limitNanos > usedNanos ? limitNanos - usedNanos : 0n) };
}
