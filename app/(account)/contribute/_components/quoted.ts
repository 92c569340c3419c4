import type { Micros } from "@/lib/money";
import type { KeyReason } from "@/lib/pool";

/** What a key would be worth, as the page shows it. */
export type Quoted = {
  id: string;
  requests: bigint;
  grossMicros: Micros;
  feeMicros: Micros;
  netMicros: Micros;
  isProven: boolean;
  expiresMs: number;
};

/** The offer that the page's address names: one that stands, or one that is over, so that the page begins anew. */
export type FoundOffer = { outcome: "open"; provider: string; quote: Quoted } | { outcome: "over"; id: string };

/** A provider whose keys may be contributed, or why they may not. */
export type ProviderView = { id: string; isOpen: boolean; note: string };

/** A contribution as the page shows it. */
export type ContributionRow = {
  id: string;
  provider: string;
  hint: string;
  state: "active" | "paused" | "cooling" | "depleted" | "quarantined" | "revoked" | "retired";
  reason: KeyReason | null;
  netMicros: Micros;
  vestedMicros: Micros;
  remainingMicros: Micros;
  heldBackMicros: Micros;
  requestsServed: bigint;
  createdMs: number;
};
