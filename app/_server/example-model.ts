import { priceCardAt } from "@/lib/catalog";
import { nowMs } from "@/lib/time";
import { readConfig } from "./config";

const FAMILIAR = "gpt-4";

/** A model that examples can call: the familiar one where it has a price, else the first that has. */
export async function readExampleModel(): Promise<string> {
  const now = nowMs();
  const { models } = (await readConfig()).catalogue;
  const callable = [...models.values()]
    .filter((model) => model.enabled && priceCardAt(model, now) !== null)
    .map(({ id }) => id);
  return callable.includes(FAMILIAR) ? FAMILIAR : (callable[0] ?? FAMILIAR);
}
