import { ChannelBody, channelFromBody, ModelBody, modelFromBody, putChannel, putModel } from "@/lib/catalog";
import { systemCtx } from "@/lib/ctx";
import { nowMs } from "@/lib/time";
import { database, setSettings } from "./contributions";

/** Another provider's id whose channel leads to the same upstream host, as a relay's may: its keys can be contributed. */
export async function putAnotherProvider(provider: "deepseek" | "moonshot", baseUrl: string): Promise<void> {
  const ctx = systemCtx("test", nowMs());
  const rates = (amount: number) => ({
    rates: [
      { meter: "input_tokens" as const, per: 1000, amount },
      { meter: "output_tokens" as const, per: 1000, amount },
    ],
  });
  const model = ModelBody.parse({
    provider,
    upstream_model: "gpt-4",
    capabilities: ["chat"],
    default_output_cap: 1_000,
    price: { ...rates(5), chargeUnit: 1 },
    cost: { ...rates(0.03), chargeUnit: 0.000001 },
  });
  await database.inTransaction(async (tx) => {
    await putModel(tx, ctx, modelFromBody(`gpt-4-at-${provider}`, model));
    await putChannel(tx, ctx, channelFromBody(provider, ChannelBody.parse({ provider, base_url: baseUrl })));
  });
  const policy = { allowed: true, reason: "a test", reference_model: `gpt-4-at-${provider}` };
  await setSettings({ providers: { [provider]: policy } });
}
