import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Measured, type Tokenizer, tokenizerOf } from "@/lib/providers";
import { recordedTexts } from "../../support/recorded-texts";
import { openLog } from "@/lib/log";
import { createTokenCounter } from "../../../workers/gateway/tokens/count-tokens";
import { openAiChat } from "../../../workers/gateway/protocols/openai";
import { createThread } from "../../../workers/gateway/threads/thread";
import { bytesAtMost, textsAtMost } from "../../../workers/gateway/tokens/token-ceiling";

/** A model of each family, and the vocabularies that its ceilings are for. */
const FAMILIES: readonly [Measured, Tokenizer, string[]][] = [
  ["claude", tokenizerOf("anthropic", "claude-2.1"), ["claude"]],
  ["gemini", tokenizerOf("gemini", "gemini-2.5-pro"), ["gemini", "gemma3"]],
  ["deepseek", tokenizerOf("deepseek", "deepseek-chat"), ["deepseek"]],
  ["qwen", tokenizerOf("siliconflow", "Qwen/Qwen3-32B"), ["qwen3", "qwen36"]],
  ["llama3", tokenizerOf("groq", "llama-3.3-70b-versatile"), ["llama3"]],
  ["llama4", tokenizerOf("groq", "meta-llama/llama-4-scout"), ["llama4"]],
  ["mistral", tokenizerOf("mistral", "mistral-large-latest"), ["llama2", "mistral1", "mistral3", "tekken"]],
];
const UNPUBLISHED = tokenizerOf("moonshot", "kimi-k2");
const ALL_VOCABULARIES = FAMILIES.flatMap(([, , vocabularies]) => vocabularies);
const TEXTS = recordedTexts();
/** By the form that makes texts longest, and the space that SentencePiece puts before each. */
const bytesOf = (text: string): number => 1 + Buffer.byteLength(text.normalize("NFKC")) + Buffer.byteLength(text);
const atMost = (tokenizer: Tokenizer, text: string): Promise<number> => textsAtMost(tokenizer, [text]);

// Loading the vocabulary takes seconds on a busy machine.
describe("the most tokens that a text can be", { timeout: 60_000 }, () => {
  it.each(FAMILIES)(
    "is no less than its tokenizers counted, on every recorded text: %s",
    async (_, tokenizer, names) => {
      for (const { text, tokens } of TEXTS) {
        const ceiling = await atMost(tokenizer, text);
        for (const name of names) expect([name, text, ceiling >= tokens(name)]).toEqual([name, text, true]);
      }
    },
  );

  it.each(FAMILIES)("is no less than its tokenizers counted, in any mixture of scripts: %s", (_, tokenizer, names) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...TEXTS), { minLength: 2, maxLength: 12 }), async (mixture) => {
        const ceiling = await atMost(tokenizer, mixture.map(({ text }) => text).join("\n"));
        for (const name of names) {
          // Each recorded text began with a space of its own.
          const counted = mixture.reduce((sum, { tokens }) => sum + tokens(name) - 1, 1);
          expect(ceiling).toBeGreaterThanOrEqual(counted);
        }
      }),
      { numRuns: 60 },
    ),
  );

  it.each(FAMILIES)("is never more than the bytes, whatever the text: %s", (_, tokenizer) =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
        expect(await atMost(tokenizer, text)).toBeLessThanOrEqual(bytesOf(text));
      }),
      { numRuns: 200 },
    ),
  );

  it("is the bytes where a vocabulary isn't published, so that none of those that are exceeds it", async () => {
    for (const { text, tokens } of TEXTS) {
      const ceiling = await atMost(UNPUBLISHED, text);
      for (const name of ALL_VOCABULARIES) expect(ceiling).toBeGreaterThanOrEqual(tokens(name));
    }
  });

  it("is well below the bytes for prose, code and common scripts: an account that can pay isn't refused", async () => {
    const shares = await Promise.all(
      ["Latin", "code", "Cyrillic", "Thai", "Han"].map(async (script) => {
        const text = TEXTS.filter((recorded) => recorded.script === script && recorded.kind === "prose")
          .map((recorded) => recorded.text)
          .join("\n");
        return (await atMost(tokenizerOf("deepseek", "deepseek-chat"), text)) / Buffer.byteLength(text);
      }),
    );
    for (const share of shares) expect(share).toBeLessThan(0.8);
  });

  it("is the same of a long text in slices, none of which ends within a character", async () => {
    const unit = "x😀";
    const [, tokenizer] = FAMILIES[4] ?? [];
    if (!tokenizer) throw new Error("no such family");
    expect(await atMost(tokenizer, unit.repeat(60_000))).toBe(60_000 * ((await atMost(tokenizer, unit)) - 1) + 1);
  });
});

describe("the bytes of a body as a bound of its tokens", () => {
  const body = (content: string): Buffer => Buffer.from(JSON.stringify({ content }));
  const escaped = (content: string): Buffer =>
    Buffer.from(
      JSON.stringify({ content }).replaceAll(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
    );

  it("hold for characters that a tokenizer takes apart, as themselves and as escapes, in short and long bodies", () => {
    for (const [, tokenizer, names] of FAMILIES) {
      for (const { text, kind, tokens } of TEXTS) {
        for (const times of kind === "expanding" ? [1, 1_000] : [1]) {
          const most = (Math.max(...names.map(tokens)) - 1) * times + 1;
          expect(bytesAtMost(tokenizer, body(text.repeat(times)))).toBeGreaterThanOrEqual(most);
          expect(bytesAtMost(tokenizer, escaped(text.repeat(times)))).toBeGreaterThanOrEqual(most);
        }
      }
    }
  });

  it("are the body's own where nothing is taken apart", () => {
    for (const [, tokenizer] of FAMILIES) expect(bytesAtMost(tokenizer, body("plain text"))).toBe(24);
    expect(bytesAtMost(tokenizerOf("openai", "gpt-4o"), body("ﷺ"))).toBe(body("ﷺ").length);
  });
});

describe("an estimate, where no usage was reported", { timeout: 60_000 }, () => {
  const counter = createTokenCounter(createThread(openLog("gateway")));
  const NEWEST: readonly (readonly [Tokenizer, string])[] = FAMILIES.map(([, tokenizer, names]) => [
    tokenizer,
    names.at(-1) ?? "",
  ]);

  it("is about what the tokenizer itself counts, in each script", async () => {
    const prose = TEXTS.filter(({ kind }) => kind === "prose");
    for (const [tokenizer, name] of NEWEST) {
      for (const script of new Set(prose.map((text) => text.script))) {
        const own = prose.filter((text) => text.script === script);
        const texts = own.map(({ text }) => text);
        const counted = own.reduce((sum, { tokens }) => sum + tokens(name), 0);
        const estimate = await counter.estimate(tokenizer, { texts, overhead: 0 });
        expect([name, script, estimate > counted * 0.6, estimate < counted * 1.7]).toEqual([name, script, true, true]);
      }
    }
  });
});

describe("requests that a chat counter would fail on", { timeout: 60_000 }, () => {
  const counter = createTokenCounter(createThread(openLog("gateway")));
  const bodies = {
    "content of null beside calls of tools": {
      messages: [
        { role: "assistant", content: null, tool_calls: [{ id: "c", type: "function", function: { name: "f" } }] },
      ],
    },
    "text that looks like a control token": {
      messages: [{ role: "user", content: "<|endoftext|><|im_start|>[INST]<s><|eot_id|>" }],
    },
    "tools without parameters": {
      messages: [{ role: "user", content: "Hi" }],
      tools: [{ type: "function", function: { name: "f" } }],
    },
  };

  it.each(Object.entries(bodies))("are counted: %s", async (_, body) => {
    const ask = openAiChat.parse(Buffer.from(JSON.stringify({ model: "m", ...body })), {});
    for (const [, tokenizer] of FAMILIES) {
      const most = await counter.atMost(tokenizer, openAiChat.tokens(ask, "largest"));
      expect(await counter.estimate(tokenizer, openAiChat.tokens(ask))).toBeLessThanOrEqual(most);
    }
  });
});
