import type { ConfigVersion } from "../db";
import type { Uuid } from "../ids";
import type { Decimal, Nanos } from "../money";
import type { SecretText } from "../vault";
import type { KeyNeeds, KeyRequest } from "./choose-key";
import type { KeyCount } from "./pool-key";
import type { KeyAction } from "../providers";

/** A key as a request uses it. `baseUrl` and `upstreamModel` are null where the provider's and the model's own hold. */
export type ChosenKey = {
  id: Uuid;
  channelId: string;
  /** The contributor, or null for the platform's own. */
  ownerId: Uuid | null;
  secret: SecretText;
  baseUrl: string | null;
  upstreamModel: string | null;
  discount: Decimal;
  costFactor: Decimal;
};
export type Choice = { outcome: "key"; key: ChosenKey } | { outcome: "none"; retryAfterMs: number };

/** How a request with a key ended. Units: milliseconds, nanodollars. */
export type KeyEnd = { forKey: KeyAction; modelId: string; latencyMs: number; costNanos: Nanos; nowMs: number };

/** One process's view of the pool. */
export type Pool = {
  /** Choose a key for a request; `exclude` holds those it tried already. */
  choose(request: KeyRequest): Choice;
  /** A request goes out with the key: told before, so that load counts. */
  started(id: Uuid): void;
  /** It came back, or didn't; once for each `started`. What that means is acted on at once here, and soon everywhere. */
  finished(id: Uuid, end: KeyEnd): void;
  /** The highest discount factor of the channels that may serve: what a reservation reckons with. Null where none may. */
  dearestDiscount(request: KeyNeeds): Decimal | null;
  /** At which addresses and by which names for the model the keys that may serve do so: a reservation counts for each. */
  places(request: KeyNeeds): Pick<ChosenKey, "baseUrl" | "upstreamModel">[];
  /** Keys by state as this process knows them, those that ended left out, in counts to be added up: for metrics. */
  count(nowMs: number): KeyCount[];
  /** Read the keys again if they changed, or it is time to. */
  refresh(version?: ConfigVersion): Promise<void>;
  /** Resolves when nothing is left to be written down. */
  idle(): Promise<void>;
  close(): Promise<void>;
};
