import { ScripError } from "../errors";
import { areRangesWithin } from "../http";
import { toIso } from "../time";
import type { ApiKeyFields } from "./api-key.store";
import type { Scope } from "./schemas";

/** What bounds a key: everything that its owner chose but its name. */
export type KeyBounds = Omit<ApiKeyFields, "name">;
type Bound = keyof KeyBounds;

/** Of lists that allow everything where they are empty. */
const isSubset = (values: readonly string[], bound: readonly string[]): boolean =>
  bound.length === 0 || (values.length > 0 && values.every((value) => bound.includes(value)));

/** Whether a value allows no more than a bound does. */
const IS_WITHIN: { [Name in Bound]: (value: KeyBounds[Name], bound: KeyBounds[Name]) => boolean } = {
  scopes: (scopes, bound) => bound.includes("admin") || scopes.every((scope) => bound.includes(scope)),
  expiresMs: (expiresMs, bound) => bound === null || (expiresMs !== null && expiresMs <= bound),
  ips: (ips, bound) => bound.length === 0 || (ips.length > 0 && areRangesWithin(ips, bound)),
  models: isSubset,
  channels: isSubset,
  supply: (supply, bound) => bound === "all" || supply === "official",
  // A key that pays by request can't reach the account's credits.
  billingMode: (mode, bound) => bound !== "count" || mode === "count",
};

const list = (values: readonly string[]): string => values.join(", ");

/** What to send instead, by bound; the names of members are those of the API. */
const ADVICE: { [Name in Bound]: (bound: KeyBounds[Name]) => { path: string; message: string } } = {
  scopes: (scopes) => ({ path: "scopes", message: `may be ${list(scopes)} at most, which the asking key has itself` }),
  expiresMs: (atMs) => ({
    path: "expires_at",
    message: `must be ${atMs === null ? "" : toIso(atMs)} or earlier, as the asking key's`,
  }),
  ips: (ips) => ({ path: "ips", message: `must be within ${list(ips)}, from where the asking key may be used` }),
  models: (models) => ({ path: "models", message: `must be among ${list(models)}, which the asking key may use` }),
  channels: (ids) => ({ path: "channels", message: `must be among ${list(ids)}, which the asking key may use` }),
  supply: () => ({ path: "supply", message: "must be official, as the asking key's" }),
  billingMode: () => ({ path: "billing_mode", message: "must be count, as the asking key's" }),
};

function refuse<Name extends Bound>(name: Name, maker: KeyBounds): never {
  const problem = ADVICE[name](maker[name]);
  const message = `An API key makes or widens keys only within its own bounds: ${problem.path} ${problem.message}. Or sign in.`;
  throw new ScripError("forbidden", message, { errors: [problem] });
}

/** Stops one bound that would be wider than the maker's, unless it is narrower than it was. */
function requireBound<Name extends Bound>(
  name: Name,
  maker: KeyBounds,
  wanted: Partial<KeyBounds>,
  present: KeyBounds | null,
): void {
  const value = wanted[name];
  if (value === undefined) return;
  const isWithin = IS_WITHIN[name];
  if (isWithin(value, maker[name]) || (present && isWithin(value, present[name]))) return;
  refuse(name, maker);
}

const BOUNDS: readonly Bound[] = ["scopes", "expiresMs", "ips", "models", "channels", "supply", "billingMode"];

/**
 * Stops a key that would allow more than the one which asks for it: a leaked key makes no better one. People and operators
 * (`maker` null) are bounded by nothing. `present` is the key as it is before a change, which may narrow it.
 *
 * Errors: `forbidden`, with the member at fault.
 */
export function requireWithin(
  maker: KeyBounds | null,
  wanted: Partial<KeyBounds>,
  present: KeyBounds | null = null,
): void {
  if (maker) for (const name of BOUNDS) requireBound(name, maker, wanted, present);
}

/** Whether a key is limited in time, place or use: what has no such limits isn't its to make. */
export const isLimited = (key: KeyBounds): boolean =>
  key.expiresMs !== null || [key.ips, key.models, key.channels].some((values) => values.length > 0);

/** The bounds of a key as they are now: the scope `admin` is worth nothing while its owner isn't one. */
export function boundsOf(key: KeyBounds, isAdmin: boolean): KeyBounds {
  const { billingMode, models, ips, channels, supply, expiresMs } = key;
  const scopes = key.scopes.filter((scope: Scope) => scope !== "admin" || isAdmin);
  return { scopes, billingMode, models, ips, channels, supply, expiresMs };
}
