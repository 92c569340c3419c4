import { describe, expect, it } from "vitest";
import { parseCard } from "@/lib/catalog";
import { unpricedParameters } from "@/lib/pricing";
import { findAdapter } from "@/lib/providers";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const TOKENS = parseCard({
  rates: [
    { meter: "input_tokens", per: 1000, amount: 5 },
    { meter: "output_tokens", per: 1000, amount: 5 },
  ],
});
const bytesOf = (parts: object[]) =>
  Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: parts }] }));
const parse = (parts: object[]) => openAiChat.parse(bytesOf(parts), {});
const image = (url: string) => ({ type: "image_url", image_url: { url } });
const unpriced = (parts: object[]) =>
  unpricedParameters(TOKENS, parse(parts).facts, findAdapter("openai")?.billFields ?? []);

const OPAQUE: [string, object][] = [
  ["a video by its address", { type: "video_url", video_url: { url: "https://a.test/v.mp4" } }],
  ["a video", { type: "input_video", input_video: {} }],
  ["a file by its id", { type: "file", file: { file_id: "file-1" } }],
  ["a document by its address", { type: "document_url", document_url: "https://a.test/d.pdf" }],
];

describe("content parts whose cost isn't in their bytes", () => {
  it.each(OPAQUE)("may fill the whole window, so that their usage report is believed: %s", (_, part) => {
    expect(parse([part]).inputBound).toBeGreaterThanOrEqual(10_000_000);
  });

  it.each(OPAQUE)("are refused where the card has no price for them: %s", (_, part) => {
    expect(unpriced([{ type: "text", text: "See:" }, part])).toEqual(["messages.content.type"]);
  });

  it("include an earlier spoken reply, which is sent by its id", () => {
    const spoken = { role: "assistant", audio: { id: "audio_1" } };
    const ask = openAiChat.parse(Buffer.from(JSON.stringify({ model: "m", messages: [spoken] })), {});
    expect(ask.inputBound).toBeGreaterThanOrEqual(10_000_000);
    expect(unpricedParameters(TOKENS, ask.facts, findAdapter("openai")?.billFields ?? [])).toEqual(["messages.audio"]);
  });

  it("don't pass for images", () => {
    expect(parse([image("data:video/mp4;base64,AAAA")]).inputBound).toBeGreaterThanOrEqual(10_000_000);
    expect(parse([image("data:image/png;base64,AAAA")]).inputBound).toBeLessThan(52_000);
  });
});

describe("content parts that are no more than their bytes", () => {
  it("are bounded by them, and need no price of their own", () => {
    const parts = [{ type: "text", text: "Hi" }, { type: "refusal", refusal: "No." }, image("https://a.test/i.png")];
    expect(unpriced(parts)).toEqual([]);
    expect(parse(parts.slice(0, 2)).inputBound).toBe(bytesOf(parts.slice(0, 2)).length + 64);
  });
});
