import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAdapter } from "@/lib/providers";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const BOUNDS = { inputMax: 10_000, outputMax: 10_000 };
const endpointOf = (provider: string) => {
  const endpoint = findAdapter(provider)?.endpoints["openai"];
  if (!endpoint) throw new Error(`no endpoint of ${provider}`);
  return endpoint;
};
const readerOf = (more: object = {}, provider = "openai") => {
  const body = { model: "m", messages: [{ role: "user", content: "x" }], stream: true, ...more };
  return openAiChat.strip.stream(openAiChat.parse(Buffer.from(JSON.stringify(body)), {}), endpointOf(provider));
};
const WITH_USAGE = { stream_options: { include_usage: true } };
const chunk = (content: string, more: object = {}) =>
  `data: ${JSON.stringify({ id: "c", created: 1, model: "m", choices: [{ index: 0, delta: { content } }], ...more })}\n\n`;
const USAGE = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 };
const usageChunk = `data: ${JSON.stringify({ id: "c", choices: [], usage: USAGE })}\n\n`;
const DONE = "data: [DONE]\n\n";
const whole = `: a comment\n\n${chunk("Hel")}${chunk('lo \\"usage\\":{ [DONE] "error"')}${chunk("!")}${usageChunk}${DONE}`;

/** Feed a text in pieces cut at those places. */
function feed(reader: ReturnType<typeof readerOf>, text: string, cuts: number[]): { out: string; state: string } {
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b);
  let out = "";
  let state = "open";
  for (const [from, to] of [0, ...places].map((place, index) => [place, places[index] ?? bytes.length] as const)) {
    const step = reader.push(bytes.subarray(from, to));
    out += step.out.toString();
    state = step.state;
  }
  return { out, state };
}

describe("a stream of chat completion chunks", () => {
  it("passes everything but usage and terminator on, byte for byte, however the chunks are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        const reader = readerOf();
        const { out, state } = feed(reader, whole, cuts);
        expect(out).toBe(whole.replace(usageChunk, "").replace(DONE, ""));
        expect(state).toBe("ended");
        expect(reader.reading(BOUNDS)).toMatchObject({ outcome: "reported", usage: { meters: { output_tokens: 3 } } });
        expect(reader.produced()).toEqual(['Hello \\"usage\\":{ [DONE] "error"!']);
        expect(reader.end({ inputTokens: 10, outputTokens: 3 }, "8").toString()).toBe(DONE);
      }),
    );
  });

  it("also with other ends of lines, and with spaces in the JSON", () => {
    const crlf = whole.replaceAll("\n", "\r\n").replace('"usage":{"prompt', '"usage": {"prompt');
    const reader = readerOf();
    feed(reader, crlf, [7, 50, 120]);
    expect(reader.reading(BOUNDS).outcome).toBe("reported");
  });

  it.each(['"usage":  {"prompt', '"usage" :{"prompt', '"usage"\t:\t{"prompt'])(
    "reads a usage spaced as %s",
    (spaced) => {
      const reader = readerOf();
      const { out } = feed(reader, whole.replace('"usage":{"prompt', spaced), []);
      expect(out).not.toContain("prompt_tokens");
      expect(reader.reading(BOUNDS).outcome).toBe("reported");
    },
  );

  it("adds credits to the usage that was asked for, and keeps the rest of that chunk", () => {
    const reader = readerOf(WITH_USAGE);
    feed(reader, whole, [30]);
    expect(reader.end({ inputTokens: 10, outputTokens: 3 }, "8").toString()).toBe(
      usageChunk.replace('"total_tokens":13', '"total_tokens":13,"credits":8') + DONE,
    );
  });

  it("makes a usage chunk of what was counted where the supplier sent none", () => {
    const reader = readerOf(WITH_USAGE);
    feed(reader, chunk("Hi") + DONE, []);
    const end = reader.end({ inputTokens: 4, outputTokens: 1 }, "0.5").toString();
    const { id, usage } = JSON.parse(end.slice(6, end.indexOf("\n"))) as { id: string; usage: unknown };
    expect({ id, usage }).toEqual({
      id: "c",
      usage: { prompt_tokens: 4, completion_tokens: 1, total_tokens: 5, credits: 0.5 },
    });
  });

  it("takes the last of several usage reports, and passes content beside one on", () => {
    const early = chunk("a", { usage: { ...USAGE, completion_tokens: 1, total_tokens: 11 } });
    const late = chunk("b", { usage: { ...USAGE, completion_tokens: 2, total_tokens: 12 } });
    const reader = readerOf();
    const { out } = feed(reader, early + late + DONE, []);
    const end = reader.end({ inputTokens: 10, outputTokens: 2 }, "1").toString();
    expect((out + end).match(/"content":"[ab]"/g)).toHaveLength(2);
    expect(out + end).not.toContain("usage");
    expect(reader.reading(BOUNDS)).toMatchObject({ usage: { meters: { output_tokens: 2 } } });
  });

  it("distinguishes an error in the stream from text about errors", () => {
    const reader = readerOf();
    expect(feed(reader, chunk('{"error":{"message":"no"}}'), [])).toMatchObject({ state: "open" });
    const failed = readerOf();
    const { out, state } = feed(failed, `${chunk("a")}data: {"error":{"message":"overloaded"}}\n\n`, []);
    expect({ out, state }).toEqual({ out: chunk("a"), state: "failed" });
    expect(failed.failure()).toContain("overloaded");
  });

  it.each([
    ["Groq's", { x_groq: { id: "g", usage: USAGE } }],
    ["Moonshot's", { choices: [{ index: 0, delta: { content: "b" }, usage: USAGE }] }],
  ])("lets no figures of %s chunks through, whoever asked for usage", (_, more) => {
    for (const asked of [{}, WITH_USAGE]) {
      const { out } = feed(readerOf(asked), chunk("a") + chunk("b", more) + DONE, []);
      expect(out).toContain('"content":"b"');
      expect(out).not.toContain("prompt_tokens");
    }
  });

  it("is complete with a terminator, a usage report or a reason to finish, and not without", () => {
    const ends = [DONE, usageChunk, chunk("", { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })];
    for (const end of ends) {
      const reader = readerOf();
      feed(reader, chunk("a") + end, []);
      expect(reader.isComplete()).toBe(true);
    }
    const cut = readerOf();
    feed(cut, chunk("a"), []);
    expect(cut.isComplete()).toBe(false);
  });

  it("refuses an event that never ends", () => {
    const reader = readerOf();
    const endless = Buffer.alloc(1024 * 1024, "a");
    expect(() => {
      for (let megabytes = 0; megabytes < 16; megabytes++) reader.push(endless);
    }).toThrow(RangeError);
  });

  it("counts tool calls, reasoning and refusals as output", () => {
    const reader = readerOf();
    const delta = (part: object) => chunk("", { choices: [{ index: 0, delta: part }] });
    const call = (more: object) => delta({ tool_calls: [{ index: 0, function: more }] });
    feed(
      reader,
      delta({ reasoning_content: "hm" }) +
        call({ name: "f" }) +
        call({ arguments: '{"a"' }) +
        call({ arguments: ":1}" }) +
        delta({ refusal: "no" }),
      [],
    );
    expect(reader.produced().sort()).toEqual(["f", "hm", "no", '{"a":1}'].sort());
  });
});

describe("usage as suppliers report it", () => {
  const read = (usage: object, provider: string, more: object = {}) => {
    const reply = { choices: [{ message: { content: "x" } }], usage, ...more };
    return openAiChat.usage(Buffer.from(JSON.stringify(reply)), endpointOf(provider), BOUNDS).reading;
  };
  it.each([
    [
      "OpenAI: cache and reasoning are inside",
      "openai",
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      { input_tokens: 100, output_tokens: 50 },
      { cache: 40, cache_write_5m: 8, reasoning: 30 },
    ],
    [
      "xAI: reasoning is beside",
      "xai",
      { prompt_tokens: 100, completion_tokens: 50, completion_tokens_details: { reasoning_tokens: 30 } },
      { input_tokens: 100, output_tokens: 80 },
      { reasoning: 30 },
    ],
    [
      "Gemini: reasoning is only in the sum",
      "gemini",
      { prompt_tokens: 100, completion_tokens: 50, total_tokens: 190 },
      { input_tokens: 100, output_tokens: 90 },
      {},
    ],
    [
      "whoever leaves reasoning out of the output",
      "openai-compatible",
      { prompt_tokens: 100, completion_tokens: 50, total_tokens: 190 },
      { input_tokens: 100, output_tokens: 90 },
      {},
    ],
    [
      "a sum that is less than its parts",
      "openai-compatible",
      { prompt_tokens: 100, completion_tokens: 50, total_tokens: 120 },
      { input_tokens: 100, output_tokens: 50 },
      {},
    ],
    [
      "a sum that no output can be",
      "openai-compatible",
      { prompt_tokens: 100, completion_tokens: 50, total_tokens: 9_000_000_000 },
      { input_tokens: 100, output_tokens: 50 },
      {},
    ],
    [
      "Mistral: audio is in the sum alone",
      "mistral",
      { prompt_tokens: 5, completion_tokens: 50, total_tokens: 430, prompt_audio_seconds: 30 },
      { input_tokens: 5, output_tokens: 50 },
      {},
    ],
    [
      "DeepSeek: cache hits",
      "deepseek",
      { prompt_tokens: 100, completion_tokens: 50, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      { input_tokens: 100, output_tokens: 50 },
      { cache: 64 },
    ],
    [
      "Moonshot: cached at the top",
      "moonshot",
      { prompt_tokens: 100, completion_tokens: 50, cached_tokens: 10 },
      { input_tokens: 100, output_tokens: 50 },
      { cache: 10 },
    ],
  ])("%s", (_, provider, usage, meters, kinds) => {
    expect(read(usage, provider)).toEqual({ outcome: "reported", usage: { meters, kinds }, costNanos: null });
  });

  it("is found where Groq and Moonshot put it in streams", () => {
    for (const more of [{ x_groq: { usage: USAGE } }, { choices: [{ index: 0, delta: {}, usage: USAGE }] }]) {
      const reader = readerOf();
      feed(reader, chunk("a") + chunk("", more) + DONE, []);
      expect(reader.reading(BOUNDS)).toMatchObject({ usage: { meters: { input_tokens: 10, output_tokens: 3 } } });
    }
  });
});
