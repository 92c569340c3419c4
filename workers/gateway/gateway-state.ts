import type { Database } from "../../lib/db";
import type { Books } from "../../lib/ledger";
import type { Log } from "../../lib/log";
import type { Pool } from "../../lib/pool";
import type { RefusedLog } from "../../lib/usage";
import type { Vault } from "../../lib/vault";
import type { Balances } from "./balances";
import type { BodyMemory } from "./read-body";
import type { CallerAddresses, Callers } from "./authenticate";
import type { Config } from "./config";
import type { TokenCounter } from "./tokens/count-tokens";
import type { Timings } from "./limits";
import type { Metrics } from "./metrics";
import type { OpenStreams } from "./open-streams";
import type { Rates } from "./rates";
import type { Thread } from "./threads/thread";
import type { Traces } from "./traces";
import type { Upstreams } from "./upstream";

/** Everything that a request on its way through the gateway may use. */
export type Gateway = {
  readonly database: Database;
  readonly vault: Vault;
  readonly books: Books;
  readonly pool: Pool;
  readonly config: Config;
  readonly callers: Callers;
  readonly balances: Balances;
  readonly bodies: BodyMemory;
  /** Parses large bodies. */
  readonly parser: Thread;
  readonly rates: Rates;
  readonly tokens: TokenCounter;
  readonly upstreams: Upstreams;
  readonly streams: OpenStreams;
  /** Channels and models whose supplier refuses to be asked for a stream's usage: its tokens are counted here. */
  readonly withoutUsage: Set<string>;
  readonly refused: RefusedLog;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly addresses: CallerAddresses;
  readonly baseUrls: ReadonlyMap<string, string>;
  readonly timings: Timings;
  /** Where people add credits, and the base URL that clients are given. */
  readonly buyUrl: string | null;
  readonly clientBaseUrl: string;
  readonly metricsToken: string | null;
  /** Null where no collector is configured. */
  readonly traces: Traces | null;
};
