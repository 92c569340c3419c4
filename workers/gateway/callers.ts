import { type ApiKeyAccess, findApiKeyByHash, hashApiKeySecret, touchApiKeys } from "../../lib/auth";
import { systemCtx } from "../../lib/ctx";
import type { Database } from "../../lib/db";
import { ScripError } from "../../lib/errors";
import { addressMatcher } from "../../lib/http";
import { isApiKeySecret, type Uuid } from "../../lib/ids";
import { nowMs } from "../../lib/time";
import type { AccessVersions } from "./access-versions";
import { createConcurrencyLimiter } from "./concurrency-limiter";

/** Who calls, as admission needs it. */
export type Caller = ApiKeyAccess & {
  /** Whether the key may be used from an address, which is only looked up where that matters. */
  mayCallFrom(address: () => string): boolean;
};

/** Finds callers by their keys, from memory where nothing changed. */
export type Callers = {
  /** Errors: `ScripError` invalid_api_key, unavailable. */
  authenticate(secret: string | null): Promise<Caller>;
  /** Write down when keys were last used. */
  flush(): Promise<void>;
};

type Known = { version: bigint; caller: Caller };
type Pending = { version: bigint; found: Promise<Caller | null> };
const KNOWN_MAX = 50_000;
/** Keys that don't exist have a memory of their own: made-up ones never push out those of callers. */
const UNKNOWN_MAX = 1_000;
/** Look-ups of keys that weren't known before. Made-up ones, however many, leave the database to the others. */
const UNAUTHENTICATED = { atOnce: 2, waitingMax: 1_000 } as const;

const refuse = (message: string): ScripError => new ScripError("invalid_api_key", message);

function toCaller(access: ApiKeyAccess | null): Caller | null {
  if (!access) return null;
  const { ips } = access.key;
  if (ips.length === 0) return { ...access, mayCallFrom: () => true };
  const isAllowed = addressMatcher(ips);
  return { ...access, mayCallFrom: (address) => isAllowed(address()) };
}

/** Who was found, and under which version; undefined is what was never looked up, or has changed since. */
function createMemory(versions: AccessVersions) {
  let known = new Map<string, Known>();
  let unknown = new Map<string, bigint>();
  return {
    wasKnown: (secret: string): boolean => known.has(secret),
    find(secret: string): Caller | null | undefined {
      const entry = known.get(secret);
      if (entry && versions.isCurrent(entry.version, entry.caller)) return entry.caller;
      return unknown.get(secret) === versions.present ? null : undefined;
    },
    keep(secret: string, version: bigint, caller: Caller | null): void {
      if (caller) {
        if (known.size >= KNOWN_MAX) known = new Map();
        known.set(secret, { version, caller });
        return;
      }
      known.delete(secret);
      if (unknown.size >= UNKNOWN_MAX) unknown = new Map();
      unknown.set(secret, version);
    },
  };
}

/** Finds callers by their secrets: from memory, else in the database, once however many ask. */
function createFinder(database: Database, versions: AccessVersions) {
  const memory = createMemory(versions);
  const unauthenticated = createConcurrencyLimiter(UNAUTHENTICATED.atOnce, UNAUTHENTICATED.waitingMax);
  const pending = new Map<string, Pending>();

  async function lookUp(secret: string): Promise<Caller | null> {
    try {
      return toCaller(await findApiKeyByHash(database.reader, hashApiKeySecret(secret)));
    } catch (cause) {
      throw new ScripError("unavailable", "Keys can't be looked up at the moment. Try again shortly.", {
        retryAfterS: 2,
        cause,
      });
    }
  }

  async function findNow(secret: string, present: bigint): Promise<Caller | null> {
    try {
      // Who was known before doesn't wait behind unauthenticated.
      const found = await (memory.wasKnown(secret) ? lookUp(secret) : unauthenticated(() => lookUp(secret)));
      memory.keep(secret, present, found);
      return found;
    } finally {
      if (pending.get(secret)?.version === present) pending.delete(secret);
    }
  }

  return {
    wasKnown: memory.wasKnown,
    find(secret: string): Caller | null | Promise<Caller | null> {
      const { present } = versions;
      const remembered = memory.find(secret);
      if (remembered !== undefined) return remembered;
      const underWay = pending.get(secret);
      if (underWay?.version === present) return underWay.found;
      const found = findNow(secret, present);
      pending.set(secret, { version: present, found });
      return found;
    },
  };
}

/** A memory of callers: who changed, by `versions`, is looked up again. */
export function createCallers(database: Database, versions: AccessVersions): Callers {
  const finder = createFinder(database, versions);
  let uses = new Map<Uuid, number>();

  return {
    async authenticate(secret) {
      if (secret === null) throw refuse("Send an API key: `Authorization: Bearer sk-scrip-…`.");
      // A key that was mistyped never reaches the database; a known one was checked before.
      if (!finder.wasKnown(secret) && !isApiKeySecret(secret)) {
        throw refuse("The API key is mistyped or is no key of this service.");
      }
      const caller = await finder.find(secret);
      if (!caller) throw refuse("The API key doesn't exist or was revoked. Make another one in your account.");
      uses.set(caller.key.id, nowMs());
      return caller;
    },
    async flush() {
      if (uses.size === 0) return;
      const batch = [...uses].map(([id, atMs]) => ({ id, atMs }));
      uses = new Map();
      await database.inTransaction((tx) => touchApiKeys(tx, systemCtx("gateway", nowMs()), batch));
    },
  };
}
