import type { SmallAnswer, SupplierAddress } from "../http";
import type { Nanos } from "../money";
import type { Adapter } from "../providers";
import type { SecretText } from "../vault";
import { askProvider, readObject, type ProviderCall } from "./ask-provider";
import { readReportedBalance } from "./read-reported-balance";

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
type LookDepth = "whole" | "again";

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
  ask: (call: ProviderCall) => Promise<SmallAnswer | null>,
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
export async function validateKey(key: KeyToValidate, depth: LookDepth = "whole"): Promise<Validation> {
  const { adapter, secret, nowMs } = key;
  if (!adapter.openAi) return { outcome: "unavailable" };
  const revealed = secret.reveal();
  const base = adapter.openAi.path(revealed);
  const asked = { address: key.address, authHeaders: adapter.authHeaders(revealed) };
  const ask = (call: ProviderCall): Promise<SmallAnswer | null> => askProvider(asked, call);

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
