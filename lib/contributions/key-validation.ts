import { PROVIDERS } from "../catalog";
import { ScripError } from "../errors";
import { sharedGuardedClient, type SmallAnswer, type SupplierAddress } from "../http";
import { divideDown, divideUp, nanos, type Nanos, parseDecimal } from "../money";
import type { Adapter } from "../providers";
import { toIso } from "../time";
import { fingerprints, SecretText, vault } from "../vault";

/** Where a provider is asked, and the headers that show the key. */
export type Asked = { address: SupplierAddress; authHeaders: Readonly<Record<string, string>> };
/** One call of a validation; its path begins behind the base URL. */
type ProbeCall = { method: "GET" | "POST"; path: string; body?: string };

const LIMITS = { timeoutMs: 15_000, bytesMax: 256 * 1024 } as const;

/** Ask a provider, or learn that it can't be reached: null. */
async function callProvider(
  { address, authHeaders }: Asked,
  { method, path, body }: ProbeCall,
): Promise<SmallAnswer | null> {
  const headers = { ...authHeaders, ...(body !== undefined && { "content-type": "application/json" }) };
  try {
    return await sharedGuardedClient().ask(address, { method, path, headers, ...(body && { body }) }, LIMITS);
  } catch {
    return null; // whatever the network did: its error may hold the address, and never says anything of the key
  }
}

/** The JSON object of a good answer; null for an answer that is something else. */
export function readObject({ body }: Pick<SmallAnswer, "body">): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null; // an object has members of whatever type
  } catch {
    return null;
  }
}

/**
 * An amount that a provider reports, in units of 10^-`shift` dollars. Null where it is no number.
 *
 * Units: nanodollars. Rounding: as the direction says, so that a contributor is never credited what isn't there.
 */
function readAmount(value: unknown, shift: number, direction: "down" | "up"): Nanos | null {
  const parsed = typeof value === "number" || typeof value === "string" ? parseDecimal(String(value)) : null;
  if (!parsed || parsed.digits < 0n) return null;
  const places = parsed.scale + shift - 9;
  if (places <= 0) return nanos(parsed.digits * 10n ** BigInt(-places));
  const divide = direction === "down" ? divideDown : divideUp;
  return nanos(divide(parsed.digits, 10n ** BigInt(places)));
}

/** What a provider reports of an account's balance. `none`: it has no such call, or not for this key. */
type ReportedBalance = { outcome: "reported"; balanceNanos: Nanos } | { outcome: "none" | "unavailable" };

const DAY_MS = 86_400_000;
/** The legacy call takes 100 days at most. */
const DAYS_BACK = 99;
const HAS_NONE = [401, 403, 404];
const CENTS = 2;

const day = (ms: number): string => toIso(ms).slice(0, 10);

/** One of the two calls: its object, or why there is none. */
async function ask(asked: Asked, path: string): Promise<Record<string, unknown> | "none" | "unavailable"> {
  const answer = await callProvider(asked, { method: "GET", path });
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
async function readReportedBalance(asked: Asked, base: string, nowMs: number): Promise<ReportedBalance> {
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

/** A key to be looked at with its provider. */
export type KeyToValidate = {
  adapter: Adapter;
  address: SupplierAddress;
  /** The supplier's name of a model, which is asked for one token. */
  upstreamModel: string;
  secret: SecretText;
  nowMs: number;
};

/**
 * What a provider says of a key. Units: nanodollars; null where the provider doesn't tell. `balanceAfterNanos`: the balance once
 * the key was paid with, where it was told again.
 */
export type Validation =
  | { outcome: "valid"; balanceNanos: Nanos | null; balanceAfterNanos: Nanos | null; accountId: string | null }
  | { outcome: "invalid" | "no_money" | "unavailable" };

/**
 * How a key is looked at: `whole` always pays for one token. `again`, for a key that passed a whole look lately, does so only
 * where nothing else says that there is something left on it.
 */
type ValidationDepth = "whole" | "again";

type Judged = "good" | "unclear" | Exclude<Validation["outcome"], "valid">;

function judge({ adapter, nowMs }: KeyToValidate, answer: SmallAnswer | null): Judged {
  if (!answer) return "unavailable";
  if (answer.status >= 200 && answer.status < 300) return readObject(answer) ? "good" : "unavailable";
  switch (adapter.classify({ ...answer, nowMs }).forKey.action) {
    case "quarantine":
      return "invalid";
    case "deplete":
      return "no_money";
    case "cool":
    case "fault":
      return "unavailable";
    case "none":
    case "avoid_model":
      return "unclear";
  }
}

/** The account behind a key, where the provider's answers name it. */
const accountIn = (answer: SmallAnswer | null): string | null => {
  const account = answer?.headers["openai-organization"];
  return typeof account === "string" && account.trim() !== "" ? account.trim() : null;
};

/** The smallest paid call. A key that may not use the model that it would be valued by serves nothing here. */
async function payOnce(
  key: KeyToValidate,
  ask: (call: ProbeCall) => Promise<SmallAnswer | null>,
  base: string,
): Promise<{ answer: SmallAnswer | null; outcome: Exclude<Judged, "unclear"> }> {
  const message = { model: key.upstreamModel, messages: [{ role: "user", content: "1" }], max_tokens: 1 };
  const answer = await ask({ method: "POST", path: `${base}/chat/completions`, body: JSON.stringify(message) });
  const used = judge(key, answer);
  return { answer, outcome: used === "unclear" ? "invalid" : used };
}

/**
 * Look at a key with its provider: a reading call, the balance call where there is one, the smallest paid call.
 *
 * `invalid` is the provider's own word; where it can't be reached or says nothing of the key, that is `unavailable`. What
 * the paid call costs isn't booked anywhere. The key is in no result and no error. It makes network calls: never inside a
 * transaction.
 */
export async function validateKey(key: KeyToValidate, depth: ValidationDepth = "whole"): Promise<Validation> {
  const { adapter, secret, nowMs } = key;
  if (!adapter.openAi) return { outcome: "unavailable" };
  const revealed = secret.reveal();
  const base = adapter.openAi.path(revealed);
  const asked = { address: key.address, authHeaders: adapter.authHeaders(revealed) };
  const ask = (call: ProbeCall): Promise<SmallAnswer | null> => callProvider(asked, call);

  const models = await ask({ method: "GET", path: `${base}/models` });
  const read = judge(key, models);
  // A restricted key may not list models and still serve.
  if (read !== "good" && read !== "unclear") return { outcome: read };

  const reported = await readReportedBalance(asked, base, nowMs);
  if (reported.outcome === "unavailable") return { outcome: "unavailable" };
  const balanceNanos = reported.outcome === "reported" ? reported.balanceNanos : null;
  if (balanceNanos === 0n) return { outcome: "no_money" };

  if (depth === "again" && balanceNanos !== null && read === "good") {
    return { outcome: "valid", balanceNanos, balanceAfterNanos: null, accountId: accountIn(models) };
  }
  const paid = await payOnce(key, ask, base);
  if (paid.outcome !== "good") return { outcome: paid.outcome };
  const accountId = accountIn(paid.answer) ?? accountIn(models);
  const after = balanceNanos === null ? null : await readReportedBalance(asked, base, nowMs);
  const balanceAfterNanos = after?.outcome === "reported" ? after.balanceNanos : null;
  return { outcome: "valid", balanceNanos, balanceAfterNanos, accountId };
}

/** That what is left on a key pays for no request. */
export const tooSmall = (): ScripError =>
  new ScripError("quota_too_small", "There is too little left on this key to be worth a request.");

/** A validation that lets a key be contributed. Errors: `key_invalid`, `quota_too_small`, `unavailable` by what it found. */
export function requireValid(validation: Validation, provider: string): Extract<Validation, { outcome: "valid" }> {
  switch (validation.outcome) {
    case "valid":
      return validation;
    case "no_money":
      throw tooSmall();
    case "invalid":
      throw new ScripError("key_invalid", `${provider} doesn't accept this key. Check that it is whole, and active.`);
    case "unavailable":
      throw new ScripError("unavailable", `${provider} can't be asked about this key at the moment. Try again later.`, {
        retryAfterS: 60,
      });
  }
}

/** The fingerprints of an account at an upstream host, one a master key. */
export const accountFingerprints = (host: string, accountId: string): Uint8Array[] =>
  fingerprints(vault(), `account at ${host}`, new SecretText(accountId));

/** Every fingerprint that the account may have been contributed by: the older ones, too, under every provider id. */
export const knownAccountFingerprints = (host: string, accountId: string): Uint8Array[] => [
  ...accountFingerprints(host, accountId),
  ...PROVIDERS.flatMap((id) => fingerprints(vault(), `account of ${id}`, new SecretText(accountId))),
];
