import type { Provider } from "../catalog";

/** A family of tokenizers: models of one count alike, or no higher than the family's ceilings. */
export type Vocabulary =
  | "o200k"
  | "cl100k"
  | "claude"
  | "gemini"
  | "deepseek"
  | "qwen"
  | "llama3"
  | "llama4"
  | "mistral"
  | "unpublished";

/** Vocabularies that were published, so that what they make of a text can be measured without their supplier. */
export type Measured = Exclude<Vocabulary, "o200k" | "cl100k" | "unpublished">;

/** Whether the vocabulary is one that was measured. */
export const isMeasured = (vocabulary: Vocabulary): vocabulary is Measured =>
  vocabulary !== "o200k" && vocabulary !== "cl100k" && vocabulary !== "unpublished";

/** How a model counts text. */
export type Tokenizer = {
  vocabulary: Vocabulary;
  /** What a text is made into before it is cut: one character may become 18. Null where nothing is. */
  form: "NFC" | "NFKC" | null;
  /** Whether the supplier frames messages and tools as OpenAI does, so that the count is exact. */
  isOpenAi: boolean;
};

/** What isn't known normalises as the worst of those that are. */
const FORMS: Readonly<Record<Vocabulary, Tokenizer["form"]>> = {
  o200k: null,
  cl100k: null,
  claude: "NFKC",
  gemini: null,
  deepseek: null,
  qwen: "NFC",
  llama3: null,
  llama4: null,
  mistral: null,
  unpublished: "NFKC",
};

/** Of whom nothing is known: only bytes bound what it counts. */
export const UNKNOWN_TOKENIZER: Tokenizer = { vocabulary: "unpublished", form: "NFKC", isOpenAi: false };

/** OpenAI's models, fine-tuned ones too; those of before gpt-4o first. Source: gpt-tokenizer 4.0.0. */
const OPENAI: readonly [RegExp, Vocabulary][] = [
  [/^(?:ft:)?(?:gpt-4(?!o|\.|-?1\b)|gpt-3\.5|text-embedding|babbage-002|davinci-002)/, "cl100k"],
  [/^(?:ft:)?(?:gpt-\d|gpt-(?:audio|realtime|image)|chatgpt-|o\d|codex-|computer-use-)/, "o200k"],
];

/**
 * Names of open models, as the suppliers that serve many of them write them. A distilled model has the vocabulary of the
 * model that was trained, not of the one that taught it. Models of a name that isn't here have no ceilings.
 */
const OPEN: readonly [RegExp, Vocabulary][] = [
  [/distill-qwen|^qwen\/|\/?qwen-?\d|\bqwq\b|\bqvq\b/, "qwen"],
  [/llama-?4\b|distill-llama-?4/, "llama4"],
  [/llama-?v?3|distill-llama/, "llama3"],
  [/code-?llama|llama-?2\b|mistral|mixtral|ministral|codestral|devstral|magistral|pixtral/, "mistral"],
  [/\bdeepseek-(?:v3|r1)/, "deepseek"],
  [/\bclaude-/, "claude"],
  [/\bgemini-|\bgemma-[123]/, "gemini"],
  [/\bgpt-oss|\bopenai\/(?:gpt-(?:4o|4\.1|5)|o\d)/, "o200k"],
];

/** Suppliers of one family of models. */
const OWN: ReadonlyMap<string, Vocabulary> = new Map<Provider, Vocabulary>([
  ["anthropic", "claude"],
  ["gemini", "gemini"],
  ["deepseek", "deepseek"],
  ["mistral", "mistral"],
]);
/** Suppliers of many that serve them under their own names, with their own vocabularies. */
const HOSTS: ReadonlySet<string> = new Set<Provider>(["openai", "groq", "cloudflare", "openrouter", "siliconflow"]);

const firstOf = (rules: readonly [RegExp, Vocabulary][], model: string): Vocabulary | undefined =>
  rules.find(([pattern]) => pattern.test(model))?.[1];

/**
 * The tokenizer of a supplier's model, by the name that the supplier knows it under.
 *
 * Whoever stands behind an OpenAI-compatible address may answer to any name: nothing vouches for how it counts.
 */
export function tokenizerOf(provider: string, upstreamModel: string): Tokenizer {
  const model = upstreamModel.toLowerCase();
  const openAi = provider === "openai" ? firstOf(OPENAI, model) : undefined;
  const open = HOSTS.has(provider) ? firstOf(OPEN, model) : undefined;
  const vocabulary = openAi ?? OWN.get(provider) ?? open ?? "unpublished";
  return { vocabulary, form: FORMS[vocabulary], isOpenAi: openAi !== undefined };
}
