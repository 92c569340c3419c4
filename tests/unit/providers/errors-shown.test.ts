import { describe, expect, it } from "vitest";
import { findAdapter, scrubText } from "@/lib/providers";

describe("a supplier's error, as its caller is shown it", () => {
  it.each([
    [
      "an address within a network",
      'Post "http://10.1.2.3:8000/v1/x": dial tcp 10.1.2.3:8000: refused',
      /10\.1\.2\.3|8000/,
    ],
    ["an address of the newer kind", "dial tcp [fd00::12]:443: no route", /fd00|443/],
    ["a relay", "upstream https://relay-of-ours.example.com/v1?a=b said no", /relay-of-ours/],
    ["a host without a scheme", "relay-of-ours.example.net:8443/v1 said no", /relay-of-ours|8443/],
    ["a service of a cluster", "billing.prod.svc is down", /billing\.prod/],
    ["who pays", "Write to owner+ai@supplier.example to use logprobs", /owner|supplier\.example/],
    ["what a request costs, and what is left", "It would cost $0.0231; balance: US$1,200.50", /0\.0231|1,200/],
    ["the same in words", "Balance 12.50 USD, limit 1,000 EUR", /12\.50|1,000/],
  ])("doesn't tell %s", (_what, text, secret) => {
    const shown = scrubText(text, "sk-none");
    expect(shown).not.toMatch(secret);
    expect(shown).toContain("[removed]");
  });

  it.each([
    "This model's maximum context length is 128000 tokens, you asked for 130000.",
    "Unsupported value: 'temperature' is 2.5 with gpt-4.1.",
    "messages.0.content.1.type: expected text",
  ])("keeps what it says of the request: %s", (text) => {
    expect(scrubText(text, "sk-none")).toBe(text);
  });

  it("keeps an address that the caller sent", () => {
    const text = "Couldn't load https://pictures.example.com/cat.png from our.example.com";
    expect(scrubText(text, "sk-none", (part) => part.includes("pictures"))).toBe(
      "Couldn't load https://pictures.example.com/cat.png from [removed]",
    );
  });
});

describe("how long a supplier asks to wait", () => {
  const NOW = Date.UTC(2026, 11, 1, 12);
  const wait = (header: string) =>
    findAdapter("openai")?.classify({ status: 429, headers: { "retry-after": header }, body: "{}", nowMs: NOW }).forKey;

  it.each([
    ["7", 7_000],
    ["0.5", 500],
    ["3600", 600_000],
    [String(NOW / 1_000 + 60), 60_000],
    [String(NOW + 90_000), 90_000],
    [String(NOW / 1_000 - 60), 0],
    [new Date(NOW + 30_000).toUTCString(), 30_000],
    ["99999999999", null],
    ["1e9", null],
    [new Date(NOW + 400 * 86_400_000).toUTCString(), null],
    ["soon", null],
    ["-5", null],
  ])("%s", (header, retryAfterMs) => {
    expect(wait(header)).toEqual({ action: "cool", retryAfterMs });
  });
});
