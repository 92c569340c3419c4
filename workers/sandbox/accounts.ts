import { type Nanos, ZERO_NANOS, divideUp, nanos, parseUsd } from "../../lib/money";

/** Who a provider bills. Several keys may share one. */
export type Account = { readonly id: string; grantedNanos: Nanos; spentNanos: Nanos; requests: number };

export type Key = {
  readonly secret: string;
  account: Account;
  isRevoked: boolean;
  /** Whether the legacy balance calls answer for this key. */
  hasBilling: boolean;
  rate: Rate | null;
};

export type KeyChange = {
  grantedNanos?: Nanos;
  account?: string;
  revoked?: boolean;
  rpm?: number | null;
  billing?: boolean;
};

export type Accounts = {
  /** The key as that provider knows it; `null` for one that it never issued. */
  find(provider: string, secret: string): Key | null;
  change(secret: string, change: KeyChange): Key;
  list(): Account[];
};

// sk-sandbox-<provider>-<usd>usd, then -<account>-<letter> where keys share an account.
const SELF_DESCRIBING = /^sk-sandbox-([a-z][a-z-]*)-(\d{1,9}(?:\.\d{1,9})?)usd(?:-([\w.-]+?)(?:-[a-z])?)?$/;

/** The provider that a key names; `null` for a key that says nothing of itself. */
function describe(secret: string): { provider: string; grantedNanos: Nanos; account: string } | null {
  const [, provider, dollars, account] = SELF_DESCRIBING.exec(secret) ?? [];
  const grantedNanos = dollars === undefined ? null : parseUsd(dollars);
  if (provider === undefined || grantedNanos === null) return null;
  return { provider, grantedNanos, account: `${provider}:${account ?? secret}` };
}

/** What is left of an account's quota; negative once the last request ran over. Units: nanodollars. */
export const quotaLeft = (account: Account): Nanos => nanos(account.grantedNanos - account.spentNanos);

/** No keys and no accounts: both come into being as they are first named. */
export function newAccounts(): Accounts {
  const keys = new Map<string, Key>();
  const accounts = new Map<string, Account>();

  const accountOf = (id: string, grantedNanos: Nanos): Account => {
    const known = accounts.get(id) ?? { id, grantedNanos, spentNanos: ZERO_NANOS, requests: 0 };
    accounts.set(id, known);
    return known;
  };
  const issue = (secret: string, account: string, grantedNanos: Nanos): Key => {
    const key = { secret, account: accountOf(account, grantedNanos), isRevoked: false, hasBilling: true, rate: null };
    keys.set(secret, key);
    return key;
  };

  return {
    find(provider, secret) {
      const known = keys.get(secret);
      const described = describe(secret);
      if (described && described.provider !== provider) return null;
      return known ?? (described && issue(secret, described.account, described.grantedNanos));
    },
    change(secret, { grantedNanos, account, revoked, rpm, billing }) {
      const described = describe(secret);
      const key =
        keys.get(secret) ?? issue(secret, described?.account ?? secret, described?.grantedNanos ?? ZERO_NANOS);
      if (account !== undefined) key.account = accountOf(account, key.account.grantedNanos);
      if (grantedNanos !== undefined) key.account.grantedNanos = grantedNanos;
      if (revoked !== undefined) key.isRevoked = revoked;
      if (billing !== undefined) key.hasBilling = billing;
      if (rpm !== undefined) key.rate = rpm === null ? null : newRate(rpm);
      return key;
    },
    list: () => [...accounts.values()],
  };
}

/** A limit of requests per minute that fills up evenly, as providers' do. */
export type Rate = {
  readonly perMinute: number;
  /** Takes one request, or says how long until there is one is allowed. Units: milliseconds. */
  take(nowMs: number): { waitMs: number };
  /** How many requests are allowed now. */
  left(nowMs: number): number;
};

const MINUTE_MS = 60_000;

/** A full allowance of `perMinute` requests. */
function newRate(perMinute: number): Rate {
  const everyMs = MINUTE_MS / perMinute;
  let allowance = perMinute;
  let filledMs = 0;
  const fill = (nowMs: number): void => {
    if (filledMs > 0) allowance = Math.min(perMinute, allowance + (nowMs - filledMs) / everyMs);
    filledMs = nowMs;
  };
  return {
    perMinute,
    take(nowMs) {
      fill(nowMs);
      if (allowance < 1) return { waitMs: Math.ceil((1 - allowance) * everyMs) };
      allowance -= 1;
      return { waitMs: 0 };
    },
    left(nowMs) {
      fill(nowMs);
      return Math.floor(allowance);
    },
  };
}

/** What a provider bills for a model. Units: nanodollars per 1,000 tokens. */
export type Price = { inputPer1K: Nanos; outputPer1K: Nanos };

export type Prices = {
  of(model: string): Price;
  set(model: string, price: Price): void;
};

/** USD 0.03 per 1,000 tokens in and out: the demo's cost of GPT-4. */
const STANDARD: Price = { inputPer1K: nanos(30_000_000n), outputPer1K: nanos(30_000_000n) };

/** Prices of all models: the standard one until another is set. */
export function newPrices(): Prices {
  const byModel = new Map<string, Price>();
  return {
    of: (model) => byModel.get(model) ?? STANDARD,
    set: (model, price) => void byModel.set(model, price),
  };
}

/** What these tokens are billed at. Rounding: up, once, to a nanodollar. */
export function toBill({ inputPer1K, outputPer1K }: Price, inputTokens: number, outputTokens: number): Nanos {
  return nanos(divideUp(BigInt(inputTokens) * inputPer1K + BigInt(outputTokens) * outputPer1K, 1000n));
}
