import { type Card, costCardAt, priceCardAt } from "@/lib/catalog";
import { type Valuation, valueQuota } from "@/lib/contributions";
import { nanos, NANOS_PER_USD } from "@/lib/money";
import { rate, type Ratio } from "@/lib/pricing";
import { readSettings, type Settings } from "@/lib/settings";
import { nowMs } from "@/lib/time";
import { readCatalogue } from "./catalogue";
import { webDatabase } from "./database";
import { readExampleModel } from "./example-model";

const QUOTA = nanos(500n * NANOS_PER_USD);
/** What a reference request uses, where an admin says nothing else. */
const REFERENCE_USAGE = { meters: { input_tokens: 500, output_tokens: 500 }, kinds: {} };

/** What a key would be worth, and by which fee. */
export type ExampleContribution = Valuation & { fee: Settings["contribution_fee"] };

function rateReference(card: Card | undefined): Ratio | null {
  const rated = card && rate(card, REFERENCE_USAGE, { body: {}, headers: {} });
  return rated?.outcome === "rated" && rated.total.num > 0n ? rated.total : null;
}

/** The worth of a key with USD 500 on it for the model of the examples, as of now; `null` without its price or cost. */
export async function readExampleContribution(): Promise<ExampleContribution | null> {
  const [{ models }, id, { contribution_fee: fee }] = await Promise.all([
    readCatalogue(),
    readExampleModel(),
    readSettings(webDatabase().reader),
  ]);
  const model = models.get(id);
  const price = model && rateReference(priceCardAt(model, nowMs())?.card);
  const cost = model && rateReference(costCardAt(model, nowMs())?.card);
  return price && cost ? { ...valueQuota(QUOTA, { price, cost }, fee), fee } : null;
}
