import type { BillField, Provider } from "../catalog";
import type { Adapter, Endpoint } from "./adapter";
import {
  ANTHROPIC_FIELDS,
  CHAT_FIELDS,
  GEMINI_FIELDS,
  GROQ_FIELDS,
  OPENROUTER_FIELDS,
  OTHERS_FIELDS,
  XAI_FIELDS,
} from "./bill-fields";
import { classifyAnswer } from "./classify";
import { openAiKeyCheck } from "./openai-key-check";

type Particulars = Partial<Omit<Endpoint, "path">> & {
  /** Between the base URL and `/chat/completions`. */
  path?: string | ((secret: string) => string);
  billFields?: readonly BillField[];
  authHeaders?: Adapter["authHeaders"];
};

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** The adapter of a supplier with an OpenAI-compatible endpoint; what isn't said is as most of them do it. */
function openAiCompatible(id: Provider, baseUrl: string | null, particulars: Particulars = {}): Adapter {
  const { path = "", billFields = [], authHeaders = bearer, ...rest } = particulars;
  const endpoint: Endpoint = {
    path: typeof path === "string" ? () => path : path,
    outputCapField: "max_tokens",
    reasoning: "inside",
    total: "prompt_and_output",
    abortStopsBill: false,
    ownCost: null,
    ...rest,
  };
  return {
    id,
    baseUrl,
    endpoints: { openai: endpoint },
    keyCheck: openAiKeyCheck(endpoint),
    billFields: [...CHAT_FIELDS, ...billFields],
    authHeaders,
    classify: classifyAnswer,
  };
}

/** OpenAI itself. Ending a call ends its bill; the output's bound also covers reasoning. */
const openai: Adapter = openAiCompatible("openai", "https://api.openai.com/v1", {
  outputCapField: "max_completion_tokens",
  abortStopsBill: true,
});

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
  endpoints: {},
  keyCheck: null,
  billFields: [],
  authHeaders: (secret) => ({ authorization: `Bearer ${secret}` }),
  classify: classifyAnswer,
});

/** Cloudflare's secret is an account's id and a token, joined by a colon. */
const cloudflareAccount = (secret: string): string => secret.slice(0, Math.max(0, secret.indexOf(":")));
const cloudflareToken = (secret: string): string => secret.slice(secret.indexOf(":") + 1);

/** Every supplier by its id. Base URLs are in the form that each one's own SDK takes. */
const ADAPTERS: Readonly<Record<Provider, Adapter>> = {
  openai,
  "openai-compatible": openAiCompatible("openai-compatible", null, { billFields: RELAY_BILL_FIELDS }),
  anthropic: openAiCompatible("anthropic", "https://api.anthropic.com", {
    path: "/v1",
    abortStopsBill: true,
    billFields: ANTHROPIC_FIELDS,
  }),
  gemini: openAiCompatible("gemini", "https://generativelanguage.googleapis.com", {
    path: "/v1beta/openai",
    billFields: GEMINI_FIELDS,
  }),
  cloudflare: openAiCompatible("cloudflare", "https://api.cloudflare.com/client/v4", {
    path: (secret) => `/accounts/${encodeURIComponent(cloudflareAccount(secret))}/ai/v1`,
    authHeaders: (secret) => ({ authorization: `Bearer ${cloudflareToken(secret)}` }),
    abortStopsBill: true,
  }),
  openrouter: openAiCompatible("openrouter", "https://openrouter.ai/api/v1", {
    ownCost: "cost",
    billFields: OPENROUTER_FIELDS,
  }),
  deepseek: openAiCompatible("deepseek", "https://api.deepseek.com", { abortStopsBill: true }),
  moonshot: openAiCompatible("moonshot", "https://api.moonshot.ai/v1"),
  groq: openAiCompatible("groq", "https://api.groq.com", { path: "/openai/v1", billFields: GROQ_FIELDS }),
  mistral: openAiCompatible("mistral", "https://api.mistral.ai", {
    path: "/v1",
    // Tokens of audio stand beside the prompt.
    total: "more",
  }),
  xai: openAiCompatible("xai", "https://api.x.ai/v1", {
    reasoning: "beside",
    abortStopsBill: true,
    ownCost: "cost_in_usd_ticks",
    billFields: XAI_FIELDS,
  }),
  siliconflow: openAiCompatible("siliconflow", "https://api.siliconflow.com/v1"),
  kling: ownProtocol("kling", "https://api.klingai.com"),
  runway: ownProtocol("runway", "https://api.dev.runwayml.com"),
  pika: ownProtocol("pika", "https://api.pika.art"),
};

/** The adapter of a supplier; null for an id that names none. */
export function findAdapter(provider: string): Adapter | null {
  // Only own names: an id such as "constructor" names no supplier.
  return Object.hasOwn(ADAPTERS, provider) ? ADAPTERS[provider as keyof typeof ADAPTERS] : null;
}

/** The places in a body where some supplier's bill fields stand, as dotted paths. */
export const BILL_FIELD_PLACES: ReadonlySet<string> = new Set(
  Object.values(ADAPTERS).flatMap(({ billFields }) =>
    billFields.flatMap(({ in: place, name }) => (place === "body" ? [name] : [])),
  ),
);
