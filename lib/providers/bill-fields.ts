import type { BillField, FieldValue } from "../catalog";

/** Members of the body that change the bill whatever they hold. */
const named = (...names: string[]): BillField[] => names.map((name) => ({ in: "body", name }));
/** Members that change it at any other value than those that are free. */
const unless = (name: string, ...free: FieldValue[]): BillField => ({ in: "body", name, free });

/** Where a mark may stand that has the prompt before it cached; the write costs more than plain input. */
const MARKED = ["messages.*", "messages.*.content.*", "tools.*"];

/** What changes the bill of a chat completion at every supplier that speaks OpenAI's protocol. */
export const CHAT_FIELDS: readonly BillField[] = [
  unless("service_tier", "auto", "default", "standard", "on_demand"),
  { in: "body", name: "n", free: [1], meters: ["output_tokens"] },
  unless("tools.*.type", "function", "custom"),
  // Its calls are reported in no usage that is read here, so that a price by the call would never be charged.
  ...named("web_search_options"),
  { in: "body", name: "modalities.*", free: ["text"], kinds: ["output_audio", "output_image"] },
  { in: "body", name: "audio", kinds: ["output_audio"] },
  { in: "body", name: "messages.*.content.*.type", only: ["input_audio"], kinds: ["input_audio"] },
  // An earlier spoken reply by its id.
  { in: "body", name: "messages.*.audio", kinds: ["input_audio"] },
  // Parts whose cost isn't in their bytes (files, videos, documents), under whatever name a supplier has for them.
  unless("messages.*.content.*.type", "text", "image_url", "input_audio", "refusal", "thinking"),
  unless("prompt_cache_retention", "in_memory", "in-memory"),
  unless("prompt_cache_options.ttl", "30m"),
  // A write lasts for 30 minutes where nothing else is said. Usage doesn't tell how long, so that others can't be priced.
  ...MARKED.flatMap((place): BillField[] => [
    { in: "body", name: `${place}.prompt_cache_breakpoint`, kinds: ["cache_write_5m"] },
    unless(`${place}.prompt_cache_breakpoint.ttl`, "30m"),
  ]),
  unless("background", false),
  ...named("previous_response_id", "extra_body"),
];

export const ANTHROPIC_FIELDS: readonly BillField[] = [
  unless("speed", "standard"),
  unless("inference_geo", "global"),
  ...named("container", "mcp_servers", "context_management", "betas"),
];

export const OPENROUTER_FIELDS: readonly BillField[] = [
  ...named("provider", "plugins", "models", "route", "preset", "transforms.*", "image_config"),
  ...["", ...MARKED.map((place) => `${place}.`), "tools.*.function."].flatMap((place): BillField[] => [
    { in: "body", name: `${place}cache_control`, kinds: ["cache_write_5m"] },
    unless(`${place}cache_control.ttl`, "5m"),
  ]),
];

export const GROQ_FIELDS: readonly BillField[] = named(
  "search_settings",
  "compound_custom",
  "include_domains",
  "exclude_domains",
);

/** A deferred reply comes without usage, when somebody asks for it. */
export const XAI_FIELDS: readonly BillField[] = [...named("search_parameters"), unless("deferred", false)];

export const GEMINI_FIELDS: readonly BillField[] = named("google", "cached_content");

/** What suppliers and relays bill that have no adapter here; a channel's own address may lead to any of them. */
export const OTHERS_FIELDS: readonly BillField[] = [
  // Searches and tools that run at the supplier: DashScope, Hunyuan, ERNIE, Baichuan, Perplexity, Cohere, Azure, Venice.
  ...["enable_search", "force_search", "web_search", "enable_web_search", "search", "online", "deep_research"].map(
    (name) => unless(name, false),
  ),
  ...["enable_enhancement", "force_search_enhancement", "enable_deep_search", "enable_speed_search"].map((name) =>
    unless(name, false),
  ),
  ...["enable_code_interpreter", "with_search_enhance", "return_images", "enable_search_classifier"].map((name) =>
    unless(name, false),
  ),
  ...named("search_options", "search_mode", "search_type", "search_context_size", "num_search_results"),
  ...named("media_response", "connectors", "data_sources", "venice_parameters", "linkup", "memory", "vector_store_ids"),
  ...named("google_search", "google_search_retrieval", "url_context", "code_execution", "file_search", "server_tools"),
  // Functions of these names are run by relays, as tools of the supplier.
  {
    in: "body",
    name: "tools.*.function.name",
    only: ["googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext", "$web_search"],
  },
  // Another model, supplier, account or price than the channel's: LiteLLM, Vercel, Requesty, Eden AI, LangDB, Bedrock.
  ...named("fallbacks", "fallback", "fallback_models", "fallback_providers", "providers", "provider_options"),
  ...named("providerOptions", "context_window_fallbacks", "context_window_fallback_dict", "content_policy_fallbacks"),
  ...named("model_list", "model_group", "custom_llm_provider", "deployment_id", "user_config", "router", "routing"),
  ...named("api_base", "base_url", "api_key", "api_version", "extra_headers", "extra_query", "gateway", "requesty"),
  ...named("performance_config", "performanceConfig", "guardrails", "guardrail_config", "prompt_id", "billing_mode"),
  ...named("additional_model_request_fields", "additionalModelRequestFields", "generation_config", "generationConfig"),
  // More output than is to be seen, and input in another place than the messages.
  unless("best_of", 1),
  unless("candidate_count", 1),
  unless("num_generations", 1),
  unless("use_beam_search", false),
  ...named("input", "inputs", "contents"),
];
