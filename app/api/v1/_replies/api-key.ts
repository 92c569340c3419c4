import * as z from "zod";
import { BillingMode, Scope, Supply, type ApiKey } from "@/lib/auth";
import { toPublicId } from "@/lib/ids";
import { toIso } from "@/lib/time";
import { showTime, Time } from "./fields";

export const ApiKeyReply = z
  .object({
    id: z.string(),
    name: z.string(),
    hint: z.string().meta({ description: "The key's beginning and its last four characters." }),
    scopes: z.array(Scope),
    billing_mode: BillingMode,
    models: z.array(z.string()).meta({ description: "Models that it may use; empty means all." }),
    ips: z.array(z.string()),
    channels: z.array(z.string()),
    supply: Supply,
    expires_at: Time.nullable(),
    last_used_at: Time.nullable(),
    created_at: Time,
  })
  .meta({ id: "ApiKey" });

/** A key with its secret: what making and rotating one answers, once. */
export const NewApiKeyReply = ApiKeyReply.extend({
  key: z.string().meta({ description: "The secret. It is shown this once." }),
}).meta({ id: "NewApiKey" });

/** A key as the API shows it, without its secret. */
export const showApiKey = (key: ApiKey) => ({
  id: toPublicId("apiKey", key.id),
  name: key.name,
  hint: `sk-scrip-…${key.last4}`,
  scopes: key.scopes,
  billing_mode: key.billingMode,
  models: key.models,
  ips: key.ips,
  channels: key.channels,
  supply: key.supply,
  expires_at: showTime(key.expiresMs),
  last_used_at: showTime(key.lastUsedMs),
  created_at: toIso(key.createdMs),
});

/** A key with its secret, once. */
export const showNewApiKey = ({ key, secret }: { key: ApiKey; secret: string }) => ({
  ...showApiKey(key),
  key: secret,
});
