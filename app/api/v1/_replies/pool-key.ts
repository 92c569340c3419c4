import * as z from "zod";
import { usd } from "@/lib/http";
import { toPublicId } from "@/lib/ids";
import type { Nanos } from "@/lib/money";
import type { PoolKeyView } from "@/lib/pool";
import { toIso } from "@/lib/time";
import { showTime, Time, Usd } from "./fields";

export const PoolKeyReply = z
  .object({
    id: z.string(),
    channel: z.string(),
    provider: z.string(),
    owner_id: z.string().nullable().meta({ description: "The contributor; null for the platform's own keys." }),
    hint: z.string(),
    state: z.enum(["active", "cooling", "depleted", "quarantined", "disabled", "paused", "revoked", "retired"]),
    reason: z.string().nullable(),
    quota_usd: Usd.nullable(),
    cost_usd: Usd.meta({ description: "What the key has been used for." }),
    quota_left_usd: Usd.nullable(),
    health: z.object({
      failures: z.int(),
      last_error: z.string().nullable(),
      cooling_until: Time.nullable(),
      checked_at: Time.nullable(),
    }),
    created_at: Time,
  })
  .meta({ id: "PoolKey" });

const showUsd = (amount: Nanos | null) => (amount === null ? null : usd(amount));

/** A supplier's key as admins see it: never the secret. */
export const showPoolKey = (key: PoolKeyView) => ({
  id: toPublicId("poolKey", key.id),
  channel: key.channelId,
  provider: key.provider,
  owner_id: key.ownerId === null ? null : toPublicId("user", key.ownerId),
  hint: key.hint,
  state: key.state,
  reason: key.reason,
  quota_usd: showUsd(key.quotaNanos),
  cost_usd: usd(key.costNanos),
  quota_left_usd: showUsd(key.quotaLeftNanos),
  health: {
    failures: key.health.failures,
    last_error: key.health.lastError,
    cooling_until: showTime(key.health.coolingUntilMs),
    checked_at: showTime(key.health.checkedAtMs),
  },
  created_at: toIso(key.createdAtMs),
});
