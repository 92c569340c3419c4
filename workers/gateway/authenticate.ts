import type { IncomingMessage } from "node:http";
import { type AccessChange, type ApiKeyAccess, findApiKeyByHash, hashApiKeySecret, touchApiKeys } from "../../lib/auth";
import { systemCtx } from "../../lib/ctx";
import type { Database } from "../../lib/db";
import { ScripError } from "../../lib/errors";
import { addressMatcher, clientAddressReader, isSameSecret, WEB_PORT_HEADER } from "../../lib/http";
import { isApiKeySecret, type Uuid } from "../../lib/ids";
import { nowMs } from "../../lib/time";
import { createConcurrencyLimiter } from "./concurrency-limiter";
import type { RequestContext } from "./request-context";

/** The key that a request shows, wherever its protocol puts it; null where there is none. */
export function readSecret({ headers, request }: Pick<RequestContext, "headers" | "request">): string | null {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers["authorization"] ?? "")?.[1];
  if (bearer !== undefined) return bearer;
  const named = headers["x-api-key"] ?? headers["x-goog-api-key"];
  if (named !== undefined) return named.trim();
  const query = (request.url ?? "").split("?", 2)[1];
  return query === undefined ? null : new URLSearchParams(query).get("key");
}

/** Tells where requests come from: of their connections, of trusted proxies, or of the web port where it proves itself. */
export type CallerAddresses = {
  /** Takes the web port's proof off a request that arrives, so that nothing sees it after this. */
  receive(request: IncomingMessage): void;
  /** Where a request that was received comes from. */
  addressOf(request: IncomingMessage): string;
};

/** A reader of callers' addresses. The web port is known by its secret alone: whoever is on this machine has its address. */
export function readCallerAddresses(
  trustedProxies: readonly string[],
  webPortSecret: string | undefined,
): CallerAddresses {
  const read = clientAddressReader(trustedProxies);
  const passedOn = new WeakSet<IncomingMessage>();
  return {
    receive(request) {
      const proof = request.headers[WEB_PORT_HEADER];
      if (proof === undefined) return;
      delete request.headers[WEB_PORT_HEADER];
      if (webPortSecret !== undefined && isSameSecret(String(proof), webPortSecret)) passedOn.add(request);
    },
    addressOf(request) {
      const forwarded = request.headers["x-forwarded-for"];
      // The web port wrote one address: the one that it believes.
      return passedOn.has(request) ? String(forwarded) : read(request.socket.remoteAddress, forwarded);
    },
  };
}

/** More changes at once than this, and everything is looked up again. */
export const CHANGES_MAX = 1_000;
/** Changes are remembered by key and account up to this many. */
const REMEMBERED_MAX = 50_000;

/**
 * Which version of the configuration last changed a key or an account: what was looked up under an earlier one is looked up
 * again, and nothing else, so that whoever changes keys in a loop empties nobody's cache but their own.
 */
export class AccessVersions {
  readonly #changed = new Map<Uuid, bigint>();
  /** What was looked up before it is stale, whatever it is. */
  #oldest: bigint;

  constructor(public present: bigint) {
    this.#oldest = present;
  }

  /** A new version was seen, with what it changed. A version that names nothing may have changed anything. */
  record(present: bigint, changes: readonly AccessChange[]): void {
    const isAnything = changes.length === 0 || changes.length > CHANGES_MAX;
    if (isAnything || this.#changed.size + changes.length > REMEMBERED_MAX) {
      this.#changed.clear();
      this.#oldest = present;
    }
    for (const { id, version } of changes) this.#changed.set(id, version);
    this.present = present;
  }

  /** Whether what was looked up while `version` was the present one still holds. */
  isCurrent(version: bigint, { key, user }: ApiKeyAccess): boolean {
    const isUnchanged = (id: Uuid): boolean => version >= (this.#changed.get(id) ?? 0n);
    return version >= this.#oldest && isUnchanged(key.id) && isUnchanged(user.id);
  }
}

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
