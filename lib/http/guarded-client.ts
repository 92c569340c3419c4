import { lookup as lookUp, type LookupAddress, type LookupAllOptions } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";
import { isPrivateAddress } from "./addresses";
import { decode, encodingOf } from "./encodings";

/** Where connections may lead: to public addresses only, or into private networks too. */
export type Reach = "public" | "anywhere";
/** Where a supplier answers. `baseUrl` has no trailing slash. */
export type SupplierAddress = { baseUrl: string; reach: Reach };
/** One small call, and its answer: `body` is its text, cut where it is long. Header names are lower case. */
export type SmallCall = { method: "GET" | "POST"; path: string; headers: Record<string, string>; body?: string };
export type SmallAnswer = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;
export type GuardedClientOptions = {
  connectMs: number;
  /** How long an answer may pause. */
  idleMs: number;
  /** How names are resolved; by the system where it isn't said. */
  resolve?: Resolve;
};
export type GuardedClient = {
  /** Begin a call whose answer the handler reads as it comes; over a connection of its own where it is to be `fresh`. */
  dispatch(
    address: SupplierAddress,
    call: Omit<Dispatcher.DispatchOptions, "origin"> & { fresh?: boolean },
    handler: Dispatcher.DispatchHandler,
  ): void;
  /** Errors: whatever the network did, `PrivateAddressError` among it. */
  ask(address: SupplierAddress, call: SmallCall, limits: { timeoutMs: number; bytesMax: number }): Promise<SmallAnswer>;
  close(): Promise<void>;
};

/** A connection to an address that isn't public was refused before it was made. */
class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
  constructor(host: string) {
    super(`${host} leads to a private network`);
  }
}

/** How connections to suppliers are kept: as many as there are calls, one call on each at a time. */
export const CONNECTION_OPTIONS = { keepAliveTimeout: 30_000, keepAliveMaxTimeout: 60_000, pipelining: 1 } as const;

/** What a connection's error says of the connection: whether an answer had come over it before. */
const REUSED = Symbol("reused");
type MarkedError = Error & { [REUSED]?: boolean; socket?: { bytesRead?: number } };

/** Connect as `open` does; an error of a connection that had served before says so. */
const marking =
  (open: buildConnector.connector): buildConnector.connector =>
  (options, callback) =>
    open(options, (...[error, socket]) => {
      socket?.prependListener("error", (broken: MarkedError) => {
        broken[REUSED] = socket.bytesRead > 0;
      });
      if (error) callback(error, null);
      else callback(null, socket);
    });

/**
 * Whether a call failed because its connection was an old one that the other side had closed meanwhile: nothing says that the call
 * arrived.
 */
export function wasStale(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  if (code !== "ECONNRESET" && code !== "EPIPE" && code !== "UND_ERR_SOCKET") return false;
  const marked: MarkedError = error;
  return marked[REUSED] ?? (marked.socket?.bytesRead ?? 0) > 0;
}

/** A connection's look-up that finds public addresses only: what a name resolves to now is what is connected to. */
const publicLookup =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const open = error ? [] : found.filter(({ address }) => !isPrivateAddress(address));
      const [first] = open;
      if (!first) callback(error ?? new PrivateAddressError(hostname), "");
      else if (options.all) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };

/** Opens connections, each to an address that was found public for that very connection. */
function publicConnector(connectMs: number, resolve: Resolve): buildConnector.connector {
  const open = buildConnector({ timeout: connectMs, lookup: publicLookup(resolve) });
  return (options, callback) => {
    // A connection to an address looks nothing up.
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) === 0 || !isPrivateAddress(host)) open(options, callback);
    else callback(new PrivateAddressError(host), null);
  };
}

async function readBytes(body: Dispatcher.ResponseData["body"], bytesMax: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    const chunk = Buffer.from(part as Uint8Array); // undici's bodies are made of bytes
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(parts).subarray(0, bytesMax);
}

/**
 * The one client for calls to suppliers: each connection is checked when it is made, whatever was checked before, and one
 * that may lead anywhere is never used for a call that may not.
 *
 * Redirects aren't followed, so that a key never goes where it wasn't meant for. Units: milliseconds.
 */
export function createGuardedClient({ connectMs, idleMs, resolve = lookUp }: GuardedClientOptions): GuardedClient {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string, reach: Reach, fresh = false): Pool => {
    const name = `${reach} ${origin}${fresh ? " fresh" : ""}`;
    const known = pools.get(name);
    if (known) return known;
    const pool = new Pool(origin, {
      connect: marking(
        reach === "public" ? publicConnector(connectMs, resolve) : buildConnector({ timeout: connectMs }),
      ),
      bodyTimeout: idleMs,
      ...CONNECTION_OPTIONS,
      // None is kept.
      ...(fresh && { pipelining: 0 }),
    });
    pools.set(name, pool);
    return pool;
  };
  const targetOf = (
    { baseUrl, reach }: SupplierAddress,
    path: string,
    fresh?: boolean,
  ): { pool: Pool; path: string } => {
    const url = new URL(baseUrl + path);
    return { pool: poolOf(url.origin, reach, fresh), path: url.pathname + url.search };
  };
  return {
    dispatch(address, { fresh, ...call }, handler) {
      const { pool, path } = targetOf(address, call.path, fresh);
      pool.dispatch({ ...call, path }, handler);
    },
    async ask(address, { method, headers, body = null, ...call }, { timeoutMs, bytesMax }) {
      const { pool, path } = targetOf(address, call.path);
      const reply = await pool.request({
        path,
        method,
        headers: { accept: "application/json", "accept-encoding": "identity", "user-agent": "scrip", ...headers },
        body,
        headersTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const bytes = await readBytes(reply.body, bytesMax);
      const decoded = decode(encodingOf(reply.headers["content-encoding"]), bytes, bytesMax).toString("utf8");
      return { status: reply.statusCode, headers: reply.headers, body: decoded };
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

const SMALL = { connectMs: 5_000, idleMs: 15_000 } as const;
let shared: GuardedClient | undefined;

/** The process's client for small calls: of quotes, probes and balances. */
export const sharedGuardedClient = (): GuardedClient => (shared ??= createGuardedClient(SMALL));
