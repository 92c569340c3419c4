import { describe, expect, it } from "vitest";
import { openLog } from "../../../lib/log";
import { createTokenCounter } from "../../../workers/gateway/tokens/count-tokens";
import { openAiChat } from "../../../workers/gateway/protocols/openai";
import { createThread } from "../../../workers/gateway/threads/thread";
import recorded from "./fixtures/token-counts.json";

const counter = createTokenCounter(createThread(openLog("gateway")));
const count: typeof counter.count = (model, countable) => counter.count(model, countable);
const countText = (model: string, text: string) => count(model, { texts: [text], overhead: 0 });

// Loading the two vocabularies takes seconds on a busy machine.
describe("counting tokens", { timeout: 30_000 }, () => {
  it("equals what OpenAI's own tokenizer counted, on every recorded text in both encodings", async () => {
    expect(recorded.length).toBeGreaterThanOrEqual(50);
    for (const { text, o200k_base, cl100k_base } of recorded) {
      expect([text, await countText("gpt-4o", text)]).toEqual([text, o200k_base]);
      expect([text, await countText("gpt-4", text)]).toEqual([text, cl100k_base]);
    }
  });

  it("counts texts without a break in time that grows with their length, not with its square", async () => {
    for (const unit of ["a", "中", "!?", " ", "é", "\n/", "a\u0301", "😀", `${"a".repeat(199)} `]) {
      // Processor time, of all threads: what a busy machine makes one wait isn't counted.
      const before = process.cpuUsage();
      await countText("gpt-4o", unit.repeat(60_000 / unit.length));
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(3_000);
    }
  });

  it("counts a long text in another thread to the same number", async () => {
    const paragraph = "The quick brown fox jumps over the lazy dog, again. ";
    const short = await countText("gpt-4o", paragraph.repeat(100));
    const long = await countText("gpt-4o", paragraph.repeat(10_000));
    expect(Math.abs(long - short * 100)).toBeLessThanOrEqual(100);
  });

  it("is bounded by the bytes of the request, whatever it says", () => {
    const bodies = [
      { model: "m", messages: [{ role: "user", content: "x" }] },
      { model: "m", messages: recorded.map(({ text }) => ({ role: "user", content: text })) },
      {
        model: "m",
        messages: [{ role: "user", content: "weather?" }],
        tools: [
          {
            type: "function",
            function: { name: "f", description: "d", parameters: { type: "object", properties: {} } },
          },
        ],
      },
    ];
    return Promise.all(
      bodies.map(async (body) => {
        const ask = openAiChat.parse(Buffer.from(JSON.stringify(body)), {});
        expect(await count("gpt-4o", openAiChat.tokens(ask))).toBeLessThanOrEqual(ask.inputBound);
      }),
    );
  });

  it("takes 3 tokens for each message and 3 for the reply's start, as OpenAI counts them", async () => {
    const ask = openAiChat.parse(
      Buffer.from(JSON.stringify({ model: "gpt-4", messages: [{ role: "user", content: "Name three rivers." }] })),
      {},
    );
    expect(await count("gpt-4", openAiChat.tokens(ask))).toBe(3 + 3 + 1 + 4);
  });

  it("bounds an image by what its supplier may count, not by its bytes", () => {
    const image = { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(2_000_000)}` } };
    const ask = openAiChat.parse(
      Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: [image] }] })),
      {},
    );
    expect(ask.inputBound).toBeGreaterThan(48_169);
    expect(ask.inputBound).toBeLessThan(60_000);
  });
});
