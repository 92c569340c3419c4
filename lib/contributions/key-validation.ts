import { PROVIDERS } from "../catalog";
import { ScripError } from "../errors";
import { sharedGuardedClient, type SmallAnswer, type SupplierAddress } from "../http";
import type { Nanos } from "../money";
import type { Adapter } from "../providers";
import { fingerprints, SecretText, vault } from "../vault";
import type { KeyCheck, KeyCheckCall } from "../providers";

const LIMITS = { timeoutMs: 15_000, bytesMax: 256 * 1024 } as const;
const HAS_NO_BALANCE = [401, 403, 404];

type Call = (call: KeyCheckCall) => Promise<SmallAnswer | null>;

/** Calls a provider with a key; null where it can't be reached. */
const callerOf =
  ({ address, adapter, secret }: KeyToValidate): Call =>
  async ({ method, path, body }) => {
    const headers = {
      ...adapter.authHeaders(secret.reveal()),
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    try {
      return await sharedGuardedClient().ask(address, { method, path, headers, ...(body && { body }) }, LIMITS);
    } catch {
      return null; // whatever the network did: its error may hold the address, and never says anything of the key
    }
  };

/** The JSON object of a good answer; null for an answer that is something else. */
function readObject({ body }: Pick<SmallAnswer, "body">): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null; // an object has members of whatever type
  } catch {
    return null;
  }
}

/** What a provider reports of an account's balance. `none`: it has no such call, or not for this key. */
type ReportedBalance = { outcome: "reported"; balanceNanos: Nanos } | { outcome: "none" | "unavailable" };

async function readReportedBalance(call: Call, check: KeyCheck, key: KeyToValidate): Promise<ReportedBalance> {
  const objects: Record<string, unknown>[] = [];
  for (const wanted of check.balance(key.secret.reveal(), key.nowMs)) {
    const answer = await call(wanted);
    if (answer && HAS_NO_BALANCE.includes(answer.status)) return { outcome: "none" };
    if (!answer || answer.status !== 200) return { outcome: "unavailable" };
    const object = readObject(answer);
    // A relay without the call may answer with its web page.
    if (!object) return { outcome: "none" };
    objects.push(object);
  }
  const balanceNanos = check.balanceOf(objects);
  return balanceNanos === null ? { outcome: "none" } : { outcome: "reported", balanceNanos };
}

/** A key to be validated with its provider. */
export type KeyToValidate = {
  adapter: Adapter;
  address: SupplierAddress;
  /** The supplier's name of a model, which is asked for one token. */
  upstreamModel: string;
  secret: SecretText;
  nowMs: number;
};

/**
 * What a provider says of a key. Units: nanodollars; null where the provider doesn't report it. `balanceAfterNanos`: the balance
 * after the paid call, where it was reported again.
 */
export type Validation =
  | { outcome: "valid"; balanceNanos: Nanos | null; balanceAfterNanos: Nanos | null; accountId: string | null }
  | { outcome: "invalid" | "no_money" | "unavailable" };

/**
 * How a key is validated: `full` always pays for one token. `recheck`, for a key that was validated lately, does so only where
 * nothing else says that there is something left on it.
 */
type ValidationDepth = "full" | "recheck";

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

/** The smallest paid call. A key that may not use the model that it would be valued by serves nothing here. */
async function payOnce(
  call: Call,
  check: KeyCheck,
  key: KeyToValidate,
): Promise<{ answer: SmallAnswer | null; outcome: Exclude<Judged, "unclear"> }> {
  const secret = key.secret.reveal();
  const first = await call(check.pay(secret, key.upstreamModel));
  const otherwise = first && check.payOtherwise(secret, key.upstreamModel, first);
  const answer = otherwise ? await call(otherwise) : first;
  const used = answer && check.hasRun(answer) ? "good" : judge(key, answer);
  return { answer, outcome: used === "unclear" ? "invalid" : used };
}

/**
 * Validate a key with its provider: a reading call, the balance call where there is one, the smallest paid call.
 *
 * `invalid` is the provider's own word; where it can't be reached or says nothing of the key, that is `unavailable`. What
 * the paid call costs isn't booked anywhere. The key is in no result and no error. It makes network calls: never inside a
 * transaction.
 */
export async function validateKey(key: KeyToValidate, depth: ValidationDepth = "full"): Promise<Validation> {
  const check = key.adapter.keyCheck;
  if (!check) return { outcome: "unavailable" };
  const call = callerOf(key);
  const accountOf = (answer: SmallAnswer | null): string | null => answer && check.accountOf(answer.headers);

  const models = await call(check.read(key.secret.reveal()));
  const read = judge(key, models);
  // A restricted key may not list models and still serve.
  if (read !== "good" && read !== "unclear") return { outcome: read };

  const reported = await readReportedBalance(call, check, key);
  if (reported.outcome === "unavailable") return { outcome: "unavailable" };
  const balanceNanos = reported.outcome === "reported" ? reported.balanceNanos : null;
  if (balanceNanos === 0n) return { outcome: "no_money" };

  if (depth === "recheck" && balanceNanos !== null && read === "good") {
    return { outcome: "valid", balanceNanos, balanceAfterNanos: null, accountId: accountOf(models) };
  }
  const paid = await payOnce(call, check, key);
  if (paid.outcome !== "good") return { outcome: paid.outcome };
  const accountId = accountOf(paid.answer) ?? accountOf(models);
  const after = balanceNanos === null ? null : await readReportedBalance(call, check, key);
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
