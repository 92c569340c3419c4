import { type ApiKeyAccess, findApiKeyByHash, hashApiKeySecret, touchApiKeys } from "../../lib/auth";
import { systemCtx } from "../../lib/ctx";
import type { Database } from "../../lib/db";
import { ScripError } from "../../lib/errors";
import { addressMatcher } from "../../lib/http";
import { isApiKeySecret, type Uuid } from "../../lib/ids";
import { nowMs } from "../../lib/time";

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

type Entry = { version: bigint; found: Promise<Caller | null> };
const KNOWN_MAX = 50_000;

const refuse = (message: string): ScripError => new ScripError("invalid_api_key", message);

function toCaller(access: ApiKeyAccess | null): Caller | null {
  if (!access) return null;
  const { ips } = access.key;
  if (ips.length === 0) return { ...access, mayCallFrom: () => true };
  const isAllowed = addressMatcher(ips);
  return { ...access, mayCallFrom: (address) => isAllowed(address()) };
}

/** A memory of callers; `version` moves when any key or account changed. */
export function createCallers(database: Database, version: () => bigint): Callers {
  let known = new Map<string, Entry>();
  let uses = new Map<Uuid, number>();

  async function lookUp(secret: string): Promise<Caller | null> {
    try {
      return toCaller(await findApiKeyByHash(database.reader, hashApiKeySecret(secret)));
    } catch (cause) {
      known.delete(secret);
      throw new ScripError("unavailable", "Keys can't be looked up at the moment. Try again shortly.", {
        retryAfterS: 2,
        cause,
      });
    }
  }

  function find(secret: string): Promise<Caller | null> {
    const present = version();
    const entry = known.get(secret);
    if (entry?.version === present) return entry.found;
    if (known.size >= KNOWN_MAX) known = new Map();
    const found = lookUp(secret);
    known.set(secret, { version: present, found });
    return found;
  }

  return {
    async authenticate(secret) {
      if (secret === null) throw refuse("Send an API key: `Authorization: Bearer sk-scrip-…`.");
      // A key that was mistyped never reaches the database; a known one was checked before.
      if (!known.has(secret) && !isApiKeySecret(secret)) {
        throw refuse("The API key is mistyped or is no key of this service.");
      }
      const caller = await find(secret);
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
