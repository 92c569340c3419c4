import type { BillField, Provider } from "../catalog";
import type { Adapter } from "./adapter";
import {
  ANTHROPIC_FIELDS,
  GEMINI_FIELDS,
  GROQ_FIELDS,
  OPENROUTER_FIELDS,
  OTHERS_FIELDS,
  XAI_FIELDS,
} from "./bill-fields";
import { classifyAnswer } from "./classify-answer";
import { openai } from "./openai";
import { openAiCompatible } from "./openai-compatible";

/**
 * What a relay may bill beside what every supplier does. An address that isn't a supplier's public one may be a relay to
 * any of them, whatever provider it is said to be of.
 */
export const RELAY_BILL_FIELDS: readonly BillField[] = [
  ...ANTHROPIC_FIELDS,
  ...OPENROUTER_FIELDS,
  ...GROQ_FIELDS,
  ...XAI_FIELDS,
  ...GEMINI_FIELDS,
  ...OTHERS_FIELDS,
];

/** A supplier of its own protocol only; chat completions don't reach it. */
const ownProtocol = (id: Provider, baseUrl: string): Adapter => ({
  id,
  baseUrl,
  openAi: null,
  billFields: [],
  authHeaders: (secret) => ({ authorization: `Bearer ${secret}` }),
  classify: classifyAnswer,
});

/** Cloudflare's secret is an account's id and a token, joined by a colon. */
const cloudflareAccount = (secret: string): string => secret.slice(0, Math.max(0, secret.indexOf(":")));
const cloudflareToken = (secret: string): string => secret.slice(secret.indexOf(":") + 1);

/** Every supplier by its id. Base URLs are in the form that each one's own SDK takes. */
export const ADAPTERS: Readonly<Record<Provider, Adapter>> = {
  openai,
  "openai-compatible": openAiCompatible("openai-compatible", null, { billFields: RELAY_BILL_FIELDS }),
  anthropic: openAiCompatible("anthropic", "https://api.anthropic.com", {
    path: "/v1",
    abortStopsBill: true,
    billFields: ANTHROPIC_FIELDS,
  }),
  gemini: openAiCompatible("gemini", "https://generativelanguage.googleapis.com", {
    path: "/v1beta/openai",
    reasoning: "in_sum",
    billFields: GEMINI_FIELDS,
  }),
  cloudflare: openAiCompatible("cloudflare", "https://api.cloudflare.com/client/v4", {
    path: (secret) => `/accounts/${encodeURIComponent(cloudflareAccount(secret))}/ai/v1`,
    authHeaders: (secret) => ({ authorization: `Bearer ${cloudflareToken(secret)}` }),
    abortStopsBill: true,
  }),
  openrouter: openAiCompatible("openrouter", "https://openrouter.ai/api/v1", { billFields: OPENROUTER_FIELDS }),
  deepseek: openAiCompatible("deepseek", "https://api.deepseek.com", { abortStopsBill: true }),
  moonshot: openAiCompatible("moonshot", "https://api.moonshot.ai/v1"),
  groq: openAiCompatible("groq", "https://api.groq.com", { path: "/openai/v1", billFields: GROQ_FIELDS }),
  mistral: openAiCompatible("mistral", "https://api.mistral.ai", { path: "/v1" }),
  xai: openAiCompatible("xai", "https://api.x.ai/v1", {
    reasoning: "beside",
    abortStopsBill: true,
    billFields: XAI_FIELDS,
  }),
  siliconflow: openAiCompatible("siliconflow", "https://api.siliconflow.com/v1"),
  kling: ownProtocol("kling", "https://api.klingai.com"),
  runway: ownProtocol("runway", "https://api.dev.runwayml.com"),
  pika: ownProtocol("pika", "https://api.pika.art"),
};
