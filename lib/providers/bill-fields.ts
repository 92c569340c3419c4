import type { BillField } from "../catalog";

/** What changes the bill of a chat completion at every supplier that speaks OpenAI's protocol. */
export const CHAT_FIELDS: readonly BillField[] = [
  { in: "body", name: "service_tier", free: ["auto", "default", "standard", "on_demand"] },
  { in: "body", name: "n", free: [1], meters: ["output_tokens"] },
  { in: "body", name: "tools.*.type", free: ["function", "custom"] },
  // Its calls are reported in no usage that is read here, so that a price by the call would never be charged.
  { in: "body", name: "web_search_options" },
  { in: "body", name: "modalities.*", free: ["text"], kinds: ["output_audio", "output_image"] },
  { in: "body", name: "audio", kinds: ["output_audio"] },
  { in: "body", name: "messages.*.content.*.type", only: ["input_audio"], kinds: ["input_audio"] },
  // Parts whose cost isn't in their bytes (files, videos, documents), under whatever name a supplier has for them.
  {
    in: "body",
    name: "messages.*.content.*.type",
    free: ["text", "image_url", "input_audio", "refusal", "thinking"],
  },
  { in: "body", name: "prompt_cache_retention", free: ["in_memory", "in-memory"] },
  { in: "body", name: "background", free: [false] },
  { in: "body", name: "previous_response_id" },
  { in: "body", name: "extra_body" },
];

export const ANTHROPIC_FIELDS: readonly BillField[] = [
  { in: "body", name: "speed", free: ["standard"] },
  { in: "body", name: "inference_geo", free: ["global"] },
  { in: "body", name: "container" },
];

export const OPENROUTER_FIELDS: readonly BillField[] = [
  { in: "body", name: "provider" },
  { in: "body", name: "plugins" },
  { in: "body", name: "models" },
  { in: "body", name: "route" },
];

export const GROQ_FIELDS: readonly BillField[] = [
  { in: "body", name: "search_settings" },
  { in: "body", name: "compound_custom" },
];

export const XAI_FIELDS: readonly BillField[] = [{ in: "body", name: "search_parameters" }];

export const GEMINI_FIELDS: readonly BillField[] = [
  { in: "body", name: "google" },
  { in: "body", name: "cached_content" },
];

/** A supplier of whom nothing is known may be, or relay to, any of them. */
export const ALL_FIELDS: readonly BillField[] = [
  ...ANTHROPIC_FIELDS,
  ...OPENROUTER_FIELDS,
  ...GROQ_FIELDS,
  ...XAI_FIELDS,
  ...GEMINI_FIELDS,
];
