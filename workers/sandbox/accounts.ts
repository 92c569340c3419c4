import { parseUsd, ZERO_NANOS, nanos, type Nanos } from "../../lib/money";
import { newRate, type Rate } from "./rate";

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
