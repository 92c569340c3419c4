import { divideUp, nanos, type Nanos } from "../../lib/money";

/** What a provider bills for a model. Units: nanodollars per 1,000 tokens. */
export type Price = { inputPer1K: Nanos; outputPer1K: Nanos };

export type Prices = {
  of(model: string): Price;
  set(model: string, price: Price): void;
};

/** USD 0.03 per 1,000 tokens in and out: the demo's cost of GPT-4. */
const STANDARD: Price = { inputPer1K: nanos(30_000_000n), outputPer1K: nanos(30_000_000n) };

/** Prices of all models: the standard one until another is set. */
export function newPrices(): Prices {
  const byModel = new Map<string, Price>();
  return {
    of: (model) => byModel.get(model) ?? STANDARD,
    set: (model, price) => void byModel.set(model, price),
  };
}

/** What these tokens are billed at. Rounding: up, once, to a nanodollar. */
export function toBill({ inputPer1K, outputPer1K }: Price, inputTokens: number, outputTokens: number): Nanos {
  return nanos(divideUp(BigInt(inputTokens) * inputPer1K + BigInt(outputTokens) * outputPer1K, 1000n));
}
