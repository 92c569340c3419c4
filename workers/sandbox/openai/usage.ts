import type { Completion } from "./completion";

/** OpenAI's usage object. Units: tokens. */
export function usageOf({ promptTokens, reply, order }: Completion): unknown {
  if (order?.usage !== undefined) return order.usage;
  const completionTokens = reply.steps.reduce((sum, step) => sum + step.tokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The tier that served: what was asked for, `default` for `auto` and for nothing. */
export function tierOf({ request }: Completion): string {
  const asked = request.service_tier ?? "auto";
  return asked === "auto" ? "default" : asked;
}

/** A token's log probability, the same each time. */
export function logprobOf({ text }: { text: string }, top: number): unknown {
  const token = { token: text, logprob: -0.25, bytes: [...Buffer.from(text)] };
  return { ...token, top_logprobs: Array.from({ length: top }, () => token) };
}
