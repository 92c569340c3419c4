import { expect, test } from "vitest";
import { findAdapter } from "@/lib/providers";

const classify = (status: number, message: string) => {
  const error = { message, type: "tokens", param: null, code: "rate_limit_exceeded" };
  return findAdapter("openai")?.classify({ status, headers: {}, body: JSON.stringify({ error }), nowMs: 0 });
};
const ON = "in organization org-1 on tokens per min (TPM): Limit 30000,";

test.each([
  ["OpenAI's 429", 429, `Request too large for gpt-4.1 (for limit gpt-4.1) ${ON} Requested 41000.`],
  [
    "Groq's 413",
    413,
    "Request too large for model `llama-3.3` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 12000, Requested 14137, please reduce your message size and try again.",
  ],
])("what asks for more than a key's tokens a minute says nothing against the key: %s", (_, status, message) => {
  expect(classify(status, message)).toEqual({
    forKey: { action: "none" },
    forRequest: "next_key",
    outcome: "above_limit",
  });
});

test("a key whose tokens of the minute are used up cools down", () => {
  const used = `Rate limit reached for gpt-4 ${ON} Used 28039, Requested 3906.`;
  expect(classify(429, used)).toMatchObject({ forKey: { action: "cool" }, outcome: "rate_limited" });
});
