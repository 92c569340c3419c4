import { describe, expect, it } from "vitest";
import { CEILING_SCRIPTS, type Measured, tokenizerOf, tokensAtMost } from "@/lib/providers";

describe("the tokenizer of a model", () => {
  const named: [string, string, string][] = [
    ["openai", "gpt-4", "cl100k"],
    ["openai", "gpt-4-0613", "cl100k"],
    ["openai", "gpt-3.5-turbo", "cl100k"],
    ["openai", "ft:gpt-3.5-turbo:acme::8x", "cl100k"],
    ["openai", "gpt-4o-mini", "o200k"],
    ["openai", "gpt-4.1", "o200k"],
    ["openai", "gpt-5.2", "o200k"],
    ["openai", "o3-mini", "o200k"],
    ["openai", "llama-3.1-8b", "llama3"],
    ["openai", "house-model", "unpublished"],
    ["anthropic", "claude-opus-4-7", "claude"],
    ["gemini", "gemini-3-pro", "gemini"],
    ["deepseek", "deepseek-reasoner", "deepseek"],
    ["mistral", "open-mistral-nemo", "mistral"],
    ["groq", "llama-3.3-70b-versatile", "llama3"],
    ["groq", "meta-llama/llama-4-maverick-17b-128e-instruct", "llama4"],
    ["groq", "openai/gpt-oss-120b", "o200k"],
    ["groq", "qwen/qwen3-32b", "qwen"],
    ["cloudflare", "@cf/meta/llama-2-7b-chat-int8", "mistral"],
    ["siliconflow", "Qwen/QwQ-32B", "qwen"],
    ["siliconflow", "deepseek-ai/DeepSeek-V3.2", "deepseek"],
    ["openrouter", "openai/gpt-4o", "o200k"],
    ["openrouter", "mistralai/mixtral-8x7b-instruct", "mistral"],
    ["openrouter", "google/gemma-3-27b-it", "gemini"],
    ["moonshot", "kimi-k2", "unpublished"],
    ["xai", "grok-4", "unpublished"],
    ["siliconflow", "zai-org/GLM-4.6", "unpublished"],
  ];
  it.each(named)("%s's %s counts as %s", (provider, model, vocabulary) => {
    expect(tokenizerOf(provider, model).vocabulary).toBe(vocabulary);
  });

  it("is that of the model which was trained, not of the one that taught it", () => {
    expect(tokenizerOf("groq", "deepseek-r1-distill-llama-70b").vocabulary).toBe("llama3");
    expect(tokenizerOf("siliconflow", "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B").vocabulary).toBe("qwen");
  });

  it("isn't believed of whoever answers at an address of their own", () => {
    expect(tokenizerOf("openai-compatible", "gpt-4o").vocabulary).toBe("unpublished");
  });

  it("frames as OpenAI's only where OpenAI serves it", () => {
    expect(tokenizerOf("openai", "gpt-4o").isOpenAi).toBe(true);
    expect(tokenizerOf("groq", "openai/gpt-oss-120b").isOpenAi).toBe(false);
  });
});

describe("ceilings by script and family", () => {
  const MEASURED: Measured[] = ["claude", "gemini", "deepseek", "qwen", "llama3", "llama4", "mistral"];

  it("cover every script in which a family was found to count more than OpenAI", () => {
    const found = ["Arabic", "Armenian", "Devanagari", "Georgian", "Han", "Malayalam", "Thai"];
    expect(CEILING_SCRIPTS).toEqual(expect.arrayContaining(found));
  });

  it.each(MEASURED)("never fall as pieces get rarer: %s", (vocabulary) => {
    for (const script of CEILING_SCRIPTS) {
      const ceilings = [1, 1_000, 10_000, 50_000, 199_000].map(
        (rank) => tokensAtMost(vocabulary, script, rank) ?? Number.POSITIVE_INFINITY,
      );
      expect(ceilings).toEqual(ceilings.toSorted((a, b) => a - b));
      expect(ceilings[0]).toBeLessThanOrEqual(2);
    }
  });

  it("have none for a script without a row", () => {
    expect(tokensAtMost("llama3", "Cherokee", 1)).toBeNull();
  });
});
