import type { Adapter } from "./adapter";
import { openAiCompatible } from "./openai-compatible";

/** OpenAI itself. Ending a call ends its bill; the output's bound also covers reasoning. */
export const openai: Adapter = openAiCompatible("openai", "https://api.openai.com/v1", {
  outputCapField: "max_completion_tokens",
  abortStopsBill: true,
});
