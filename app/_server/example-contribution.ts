import { policyOf, referenceOf, type Valuation, valueQuota } from "@/lib/contributions";
import { ScripError } from "@/lib/errors";
import { nanos, NANOS_PER_USD } from "@/lib/money";
import type { Settings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { readConfig } from "./config";
import { readExampleModel } from "./example-model";

const QUOTA = nanos(500n * NANOS_PER_USD);

/** What a key would be worth, and by which fee. */
export type ExampleContribution = Valuation & { fee: Settings["contribution_fee"] };

/**
 * What a quote would say now of a key with USD 500 on it, of the provider whose model the examples call; `null` where there
 * would be no quote.
 */
export async function readExampleContribution(): Promise<ExampleContribution | null> {
  const [{ catalogue, settings }, example] = await Promise.all([readConfig(), readExampleModel()]);
  const { models, channels } = catalogue;
  const fee = settings.contribution_fee;
  try {
    const policy = policyOf([...channels.values()], settings, models.get(example)?.provider ?? "");
    const model = policy.referenceModel === null ? null : (models.get(policy.referenceModel) ?? null);
    return { ...valueQuota(QUOTA, referenceOf(policy, model, nowMs()), fee), fee };
  } catch (error) {
    if (error instanceof ScripError && error.code === "provider_not_allowed") return null;
    throw error;
  }
}
