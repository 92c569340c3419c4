import { describe, expect, it } from "vitest";
import { findAdapter, type Endpoint } from "@/lib/providers";
import { openAiChat } from "../../../workers/gateway/protocols/openai";

const HEAD = { model: "m", messages: [{ role: "user", content: "Hi" }] };
const parse = (more: object) => openAiChat.parse(Buffer.from(JSON.stringify({ ...HEAD, ...more })), {});

function endpointOf(provider: string): Endpoint {
  const endpoint = findAdapter(provider)?.endpoints["openai"];
  if (!endpoint) throw new Error(`${provider} has no endpoint`);
  return endpoint;
}

/** The bounds that a supplier gets of a request. */
function sent(provider: string, more: object, outputCap: number | null = null) {
  const bytes = openAiChat.limit(parse(more), {
    model: "m",
    outputCap,
    endpoint: endpointOf(provider),
    asksForUsage: true,
  });
  const { model, messages, ...caps } = JSON.parse(bytes.toString()) as Record<string, unknown>;
  expect({ model, messages }).toEqual(HEAD);
  return caps;
}

describe("the bound of the output", () => {
  it("is refused where it is given under two names that differ", () => {
    expect(() => parse({ max_completion_tokens: 1, max_tokens: 4_000 })).toThrow("differ");
    expect(parse({ max_completion_tokens: 7, max_tokens: 7 }).outputAsked).toBe(7);
    expect(parse({ max_completion_tokens: null, max_tokens: 7 }).outputAsked).toBe(7);
  });

  it("reaches a supplier that only knows the older name under that name", () => {
    expect(sent("mistral", { max_completion_tokens: 9 })).toEqual({ max_tokens: 9 });
    expect(sent("mistral", { max_completion_tokens: 9, max_tokens: null })).toEqual({ max_tokens: 9 });
    expect(sent("mistral", { max_completion_tokens: 9 }, 5)).toEqual({ max_tokens: 5 });
  });

  it("passes as it came where the supplier reads it", () => {
    expect(sent("mistral", { max_tokens: 9 })).toEqual({ max_tokens: 9 });
    expect(sent("openai", { max_tokens: 9 })).toEqual({ max_tokens: 9 });
    expect(sent("openai", { max_completion_tokens: 9 })).toEqual({ max_completion_tokens: 9 });
    expect(sent("openai", {})).toEqual({});
  });

  it("is lowered under every name that it was given", () => {
    expect(sent("openai", { max_tokens: 9, max_completion_tokens: 9 }, 5)).toEqual({
      max_tokens: 5,
      max_completion_tokens: 5,
    });
    expect(sent("openai", {}, 5)).toEqual({ max_completion_tokens: 5 });
    expect(sent("mistral", {}, 5)).toEqual({ max_tokens: 5 });
  });
});
