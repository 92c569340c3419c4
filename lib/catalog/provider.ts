/** The suppliers whose protocol the gateway speaks, by the names that models, channels and pool keys use. */
export const PROVIDERS = [
  "openai",
  "anthropic",
  "gemini",
  "cloudflare",
  "openrouter",
  "deepseek",
  "moonshot",
  "groq",
  "mistral",
  "xai",
  "siliconflow",
  "kling",
  "runway",
  "pika",
  "openai-compatible",
] as const;
export type Provider = (typeof PROVIDERS)[number];
